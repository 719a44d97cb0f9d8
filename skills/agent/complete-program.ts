// Owns hierarchical programs, as in Code as Policies: functions that a program calls and nobody has declared are written for
// it, depth first, each checked with the whole. Must never run, offer or approve anything: what comes out is a program like
// any other, with every line of it to be seen.
//
// Functions follow the program's own text, where declarations are known from the start all the same: so every line of the
// program stays the line its writer knows.

import type { CheckResult, MissingFunction } from '../check/check-result.ts';
import { diagnosticLines } from './feedback.ts';
import { fence } from './fence.ts';
import type { FailedFunction, FunctionWriter } from './function-writer.ts';
import type { ReplyPiece } from './model.ts';
import { fill, type PromptFiles } from './prompt-files.ts';
import type { CheckedProgram } from './workbench.ts';

/** A function that was written for a program. */
export interface WrittenFunction {
  readonly name: string;
  /** The declaration, with the types and imports it came with. */
  readonly source: string;
  /** 1: the program calls it; 2: a function of depth 1 does; and so on. */
  readonly depth: number;
}

export interface Completion {
  /** Complete, or as it was handed in. */
  readonly program: CheckedProgram;
  /** In the order in which they stand behind the program; none unless it is complete. */
  readonly written: readonly WrittenFunction[];
  /** Why functions are still missing, in words; undefined when nothing is. */
  readonly problem: string | undefined;
}

export interface CompletionLimits {
  /** Most functions for one program. */
  readonly functions: number;
  /** Longest chain of written functions that call each other. */
  readonly depth: number;
  /** Replies to one question before the function counts as not written. */
  readonly replies: number;
}

export const USUAL_COMPLETION: CompletionLimits = { functions: 8, depth: 3, replies: 3 };

export interface CompletionPorts {
  readonly writer: FunctionWriter;
  readonly check: (source: string, signal: AbortSignal) => Promise<CheckedProgram>;
  readonly onAsked?: (name: string, attempt: number) => void;
  readonly onPiece?: (piece: ReplyPiece) => void;
  /** USUAL_COMPLETION unless given. */
  readonly limits?: CompletionLimits;
}

/** A function in its place. */
interface Placed extends WrittenFunction {
  readonly firstLine: number;
}

/**
 * The program with the functions it lacks. A program that lacks none, or that something else is wrong with, comes back as
 * it is.
 * @throws ModelError of the writer, and what the check throws
 */
export async function completeProgram(
  program: CheckedProgram,
  ports: CompletionPorts,
  signal: AbortSignal,
): Promise<Completion> {
  const { limits = USUAL_COMPLETION, writer } = ports;
  const placed: Placed[] = [];
  let current = program;
  for (;;) {
    const next = nextMissing(current.check, placed);
    if (next === undefined) break;
    const { missing, depth } = next;
    const incomplete = (problem: string): Completion => ({ program, written: [], problem });
    if (placed.length >= limits.functions) {
      return incomplete(`the program needs more than ${limits.functions} functions that do not exist.`);
    }
    if (depth > limits.depth) {
      return incomplete(`functions that do not exist call each other more than ${limits.depth} deep.`);
    }
    const added = await write(missing, current, ports, limits, signal);
    if ('problem' in added) return incomplete(`\`${missing.name}\`: ${added.problem}`);
    const { source } = added;
    placed.push({ name: missing.name, source, depth, firstLine: lineBehind(current) });
    current = added.program;
  }
  for (const { name, source } of placed) writer.keep(name, source);
  return {
    program: current,
    written: placed.map(({ name, source, depth }) => ({ name, source, depth })),
    problem: undefined,
  };
}

/** What became of the functions a program lacks, for the model that wrote it; empty when it lacked none. */
export function completionText(prompts: PromptFiles, { program, written, problem }: Completion): string {
  if (problem !== undefined) return `${fill(prompts, 'functions-missing', { problem: fence('check', problem) })}\n`;
  if (written.length === 0) return '';
  const lines = program.source.trimEnd().split('\n');
  const first = lines.indexOf(heading(written[0].name));
  const functions = fence('program', [`line ${first + 1}:`, ...lines.slice(first)].join('\n'));
  return `${fill(prompts, 'functions-written', { functions })}\n`;
}

/** Depth first: what the newest function lacks comes before what the program lacks. */
function nextMissing(
  { missingFunctions = [] }: CheckResult,
  placed: readonly Placed[],
): { readonly missing: MissingFunction; readonly depth: number } | undefined {
  const userOf = (line: number) => placed.findLastIndex(({ firstLine }) => firstLine <= line);
  const wanted = missingFunctions.map((missing) => ({
    missing,
    user: Math.max(...missing.uses.map(({ line }) => userOf(line))),
  }));
  wanted.sort((a, b) => b.user - a.user || a.missing.uses[0].line - b.missing.uses[0].line);
  const [next] = wanted;
  return next === undefined ? undefined : { missing: next.missing, depth: 1 + (placed[next.user]?.depth ?? 0) };
}

type Added = { readonly program: CheckedProgram; readonly source: string } | { readonly problem: string };

async function write(
  missing: MissingFunction,
  program: CheckedProgram,
  { writer, check, onAsked, onPiece }: CompletionPorts,
  { replies }: CompletionLimits,
  signal: AbortSignal,
): Promise<Added> {
  const kept = writer.kept(missing.name);
  if (kept !== undefined) {
    const added = await place(missing.name, kept, program, check, signal);
    if ('program' in added) return added;
  }
  let failed: FailedFunction | undefined;
  for (let attempt = 1; attempt <= replies; attempt++) {
    onAsked?.(missing.name, attempt);
    const reply = await writer.write(missing, program.source, failed, (piece) => onPiece?.(piece), signal);
    if (reply.kind === 'declined') return { problem: `its writer declined: ${reply.reason || 'no reason was given'}` };
    if (reply.kind === 'malformed') {
      failed = reply;
      continue;
    }
    const added = await place(missing.name, reply.source, program, check, signal);
    if ('program' in added) return added;
    failed = { reply: reply.reply, problem: added.problem };
  }
  return { problem: `after ${replies} replies: ${failed?.problem ?? 'none'}` };
}

/** The program with one more function, if that makes it no worse. */
async function place(
  name: string,
  source: string,
  program: CheckedProgram,
  check: CompletionPorts['check'],
  signal: AbortSignal,
): Promise<Added> {
  const whole = `${program.source.trimEnd()}\n\n${heading(name)}\n${withoutDoubleImports(source, program.source)}\n`;
  const checked = await check(whole, signal);
  if (!checked.check.ok && checked.check.missingFunctions === undefined) {
    return { problem: `the check of the program with it failed:\n${diagnosticLines(checked.check).join('\n')}` };
  }
  const own = checked.check.topLevel.filter(({ line }) => line >= lineBehind(program));
  const functions = own.filter(({ kind }) => kind === 'function');
  if (own.some(({ kind }) => kind === 'statement')) {
    return { problem: 'besides the function there are statements at its top that would run by themselves.' };
  }
  if (functions.length !== 1 || functions[0].name !== name) {
    return { problem: `the block must declare exactly one function, \`${name}\`.` };
  }
  return { program: checked, source };
}

/** What stands above a function, for whoever is shown the program. */
function heading(name: string): string {
  return `// ---- ${name}: written for this program, which calls it ----`;
}

/** The line of the heading of the next function behind a program: one is left empty. */
function lineBehind({ source }: CheckedProgram): number {
  return source.trimEnd().split('\n').length + 2;
}

const NAMED_IMPORT = /^import\s*\{([^}]*)\}\s*from\s*(['"])([^'"]+)\2;?[ \t]*$/gm;

/** A function may import what the program has imported already; twice would be an error. */
function withoutDoubleImports(source: string, program: string): string {
  const known = new Set<string>();
  for (const [, names, , specifier] of program.matchAll(NAMED_IMPORT)) {
    for (const name of names.split(',')) known.add(`${specifier} ${name.trim()}`);
  }
  return source.replace(NAMED_IMPORT, (_, names: string, quote: string, specifier: string) => {
    const own = names.split(',').map((name) => name.trim());
    const left = own.filter((name) => name !== '' && !known.has(`${specifier} ${name}`));
    return left.length === 0 ? '' : `import { ${left.join(', ')} } from ${quote}${specifier}${quote};`;
  });
}
