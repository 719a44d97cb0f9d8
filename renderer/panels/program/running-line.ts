// Owns which line of which block was under way at an instant, and where in time a line moved: the link between code and
// motion. Pure. Must never guess a line that no call tells of.

import type { Story, StoryBlock } from '../../source/story.ts';

type Call = StoryBlock['calls'][number];

/** The attempt that ran at this instant; of several that touch it the later. */
export function blockAt(blocks: readonly StoryBlock[], timeS: number): StoryBlock | undefined {
  for (let index = blocks.length - 1; index >= 0; index--) {
    const { startS, endS } = blocks[index];
    if (startS !== null && startS <= timeS && (endS === null || timeS <= endS)) return blocks[index];
  }
  return undefined;
}

/**
 * The call that was under way at this instant: the one whose span holds it. Between two calls, and at the very end, the
 * one that ended last.
 */
export function callAt(calls: readonly Call[], timeS: number): Call | undefined {
  // The ends rise, so the first call that ends later is found by halving.
  let low = 0;
  let high = calls.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (calls[middle].message.endTimeS > timeS) high = middle;
    else low = middle + 1;
  }
  const next = calls.at(low);
  if (next !== undefined && next.message.startTimeS <= timeS) return next;
  return low === 0 ? undefined : calls[low - 1];
}

export interface RunningLine {
  readonly block: number;
  readonly attempt: number;
  readonly line: number;
}

/** The line that ran at an instant; undefined while no block ran, or before its first call. */
export function lineAt(story: Pick<Story, 'blocks'>, timeS: number): RunningLine | undefined {
  const block = blockAt(story.blocks, timeS);
  const line = block === undefined ? undefined : callAt(block.calls, timeS)?.message.line;
  return block === undefined || line === undefined ? undefined : { block: block.block, attempt: block.attempt, line };
}

/**
 * The instant at which a line of a block was called; of several calls the next one after `fromS`, and after the last one
 * the first again. What took time goes before what took none.
 */
export function timeOfLine(block: Pick<StoryBlock, 'calls'>, line: number, fromS: number): number | undefined {
  const called = block.calls.filter(({ message }) => message.line === line);
  const moving = called.filter(({ message }) => message.endTimeS > message.startTimeS);
  const starts = (moving.length > 0 ? moving : called).map(({ message }) => message.startTimeS);
  return starts.find((startS) => startS > fromS + 1e-6) ?? starts.at(0);
}

/** What became of a line in a run: how often it was called, for how long, and whether a call of it threw. */
export interface LineStory {
  readonly calls: number;
  readonly durationS: number;
  readonly threw: boolean;
}

export function storyOfLines(block: Pick<StoryBlock, 'calls'>): ReadonlyMap<number, LineStory> {
  const stories = new Map<number, LineStory>();
  for (const { message } of block.calls) {
    if (message.line === undefined) continue;
    const known = stories.get(message.line) ?? { calls: 0, durationS: 0, threw: false };
    stories.set(message.line, {
      calls: known.calls + 1,
      durationS: known.durationS + message.endTimeS - message.startTimeS,
      threw: known.threw || message.outcome === 'threw',
    });
  }
  return stories;
}
