// Owns frames: from the engine's text to places in the program, and across awaits.
// Must never invent a place: a frame is shown only if the engine named it.

import type { Frame } from './policy-sandbox.ts';

const MODULE_PREFIX = 'capstan:';

/** Longest list of frames: a function that awaits itself would otherwise add one for each call. */
const MAX_FRAMES = 32;

/** Frames of the bridge's own format: "function\tfile\tline\tcolumn" per line. */
export function framesOfCall(text: string): Frame[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [functionName, block, lineText, columnText] = line.split('\t');
      return { functionName: plainName(functionName), block, line: Number(lineText), column: Number(columnText) };
    });
}

/** Frames of an error's stack, "    at name (file:line:column)" per line; other lines are left out. */
export function framesOfStack(text: string): Frame[] {
  const frames: Frame[] = [];
  for (const line of text.split('\n')) {
    const match = /^ {4}at (.*?) ?\(?([\w:-]+):(\d+):(\d+)\)?$/.exec(line);
    if (!match || match[2] === 'capstan:bridge') continue;
    const [, name, block, lineText, columnText] = match;
    frames.push({ functionName: plainName(name), block, line: Number(lineText), column: Number(columnText) });
  }
  return frames;
}

function plainName(name: string): string {
  return name === '<anonymous>' || name === '<eval>' ? '' : name;
}

/** The innermost frame that is the program's own. */
export function programFrame(frames: readonly Frame[]): Frame | undefined {
  return frames.find((frame) => !frame.block.startsWith(MODULE_PREFIX));
}

/**
 * Adds the callers that an await has cut off. After an await the engine's stack ends at the resumed function; the call
 * whose answer resumed it was made under the same function, so its callers are the callers now.
 * @param frames the stack as the engine has it
 * @param resumedBy the frames of the call whose answer set the program going again
 */
export function withAsyncCallers(frames: readonly Frame[], resumedBy: readonly Frame[]): Frame[] {
  const outermost = frames.at(-1);
  if (!outermost || outermost.functionName === '' || frames.length >= MAX_FRAMES) return [...frames];
  const same = resumedBy.findIndex(
    (frame) => frame.functionName === outermost.functionName && frame.block === outermost.block,
  );
  return same < 0 ? [...frames] : [...frames, ...resumedBy.slice(same + 1)].slice(0, MAX_FRAMES);
}
