// Owns what of a story stands on the timeline: which events, in which lane, with which few words. Pure. Must never hold
// what a lane looks like.

import type { Story, StoryBlock, StoryEvent } from './story.ts';

/** Lanes from top to bottom, with their names. */
export const LANES = [
  { lane: 'turns', title: 'Turns' },
  { lane: 'approvals', title: 'Approvals' },
  { lane: 'calls', title: 'Calls' },
  { lane: 'contacts', title: 'Contacts' },
  { lane: 'output', title: 'Output' },
  { lane: 'stops', title: 'Stops' },
] as const satisfies readonly { readonly lane: StoryEvent['lane']; readonly title: string }[];

const LONGEST_LABEL = 120;

const known = new WeakMap<Story, readonly StoryEvent[]>();

/** Everything that happened, in order of time; made once per story. */
export function storyEvents(story: Story): readonly StoryEvent[] {
  const before = known.get(story);
  if (before !== undefined) return before;
  const events: StoryEvent[] = [];
  for (const block of story.blocks) events.push(...blockEvents(block));
  for (const { timeS, message } of story.turns) {
    const words = { started: 'asked', replied: message.decision ?? 'replied', ended: message.outcome ?? 'ended' };
    events.push({
      ...at(timeS),
      lane: 'turns',
      label: `Turn ${message.turn}: ${words[message.event]}`,
      kind: message.decision === 'malformed' || message.outcome === 'model' ? 'bad' : 'plain',
    });
  }
  for (const { timeS, message } of story.remarks) {
    events.push({ ...at(timeS, message.block), lane: 'turns', label: `Remark: ${short(message.text)}`, kind: 'human' });
  }
  for (const { timeS, message } of story.gate) {
    if (message.event === 'refused') {
      const label = `Refused: ${short(message.message ?? message.code ?? 'a command')}`;
      events.push({ ...at(timeS, message.block), lane: 'stops', label, kind: 'bad' });
    } else if (message.event === 'latched') {
      const label = `Stop latched: ${short(message.message ?? 'no cause is recorded')}`;
      events.push({ ...at(timeS, message.block), lane: 'stops', label, kind: 'bad' });
    } else if (message.event === 'reset') {
      events.push({ ...at(timeS, message.block), lane: 'stops', label: 'Stop reset', kind: 'human' });
    }
  }
  for (const { timeS, message } of story.stops) {
    const rest = message.restConfirmed ? 'at rest' : 'rest not confirmed';
    events.push({ ...at(timeS), lane: 'stops', label: `Stop, ${rest}: ${short(message.reason)}`, kind: 'bad' });
  }
  if (story.result !== undefined) {
    const { timeS, message } = story.result;
    const good = message.outcome === 'succeeded';
    const label = `Episode ${message.outcome}${message.stage === undefined ? '' : ` (${message.stage})`}`;
    events.push({ ...at(timeS), lane: 'approvals', label, kind: good ? 'good' : 'bad' });
  }
  events.sort((a, b) => a.timeS - b.timeS || a.endS - b.endS);
  known.set(story, events);
  return events;
}

const at = (timeS: number, block?: number) => ({ timeS, endS: timeS, block, line: undefined });

const DECISIONS = {
  approved: { word: 'approved', kind: 'good' },
  rejected: { word: 'rejected', kind: 'bad' },
  edited: { word: 'edited', kind: 'human' },
  stopped: { word: 'ended by the operator', kind: 'bad' },
} as const;

function blockEvents({ block, attempt, program, approval, calls, output, result }: StoryBlock): StoryEvent[] {
  const named = `Block ${block + 1}${attempt === 0 ? '' : `, attempt ${attempt + 1}`}`;
  const events: StoryEvent[] = [
    { ...at(program.timeS, block), lane: 'approvals', label: `${named}: proposed`, kind: 'plain' },
  ];
  if (approval !== undefined) {
    const { word, kind } = DECISIONS[approval.message.decision];
    const who = approval.message.by === 'automatic' ? ' automatically' : '';
    events.push({ ...at(approval.timeS, block), lane: 'approvals', label: `${named}: ${word}${who}`, kind });
  }
  for (const { message } of calls) {
    const { name, line, outcome, error, startTimeS, endTimeS } = message;
    const threw = outcome === 'threw';
    const label = threw ? `${name}: ${short(error?.message ?? 'threw')}` : name;
    events.push({
      timeS: startTimeS,
      endS: endTimeS,
      block,
      line,
      lane: 'calls',
      label,
      kind: threw ? 'bad' : 'plain',
    });
    const grip = gripOf(name, message.result);
    if (grip !== undefined) events.push({ ...at(endTimeS, block), line, lane: 'contacts', ...grip });
  }
  for (const { timeS, message } of output) {
    const bad = message.channel === 'error' || message.channel === 'warn';
    const { line } = message;
    events.push({ ...at(timeS, block), line, lane: 'output', label: short(message.text), kind: bad ? 'bad' : 'plain' });
  }
  if (result !== undefined) {
    const good = result.message.outcome === 'succeeded';
    const label = `${named}: ${good ? 'ran to its end' : short(result.message.message)}`;
    const line = result.message.failure?.line;
    events.push({ ...at(result.timeS, block), line, lane: 'approvals', label, kind: good ? 'good' : 'bad' });
  }
  return events;
}

/** What a gripper's own report says of contact: nothing else in a story was measured. */
function gripOf(name: string, result: unknown): Pick<StoryEvent, 'label' | 'kind'> | undefined {
  if (!/gripper$/i.test(name) || typeof result !== 'object' || result === null) return undefined;
  const { holding, widthM } = result as { readonly holding?: unknown; readonly widthM?: unknown };
  const width = typeof widthM === 'number' ? `, ${Math.round(widthM * 1000)} mm wide` : '';
  if (holding === true) return { label: `Grips${width}`, kind: 'good' };
  if (/^close/i.test(name)) return { label: `Closed on nothing${width}`, kind: 'bad' };
  return { label: `Let go${width}`, kind: 'plain' };
}

function short(text: string): string {
  const line = text.trim().split('\n', 1)[0];
  return line.length <= LONGEST_LABEL ? line : `${line.slice(0, LONGEST_LABEL - 1)}…`;
}

/** Events at the same instant count as one place for the step keys, seconds. */
const SAME_INSTANT_S = 1e-6;

/** Index of the first event of a story later than an instant. */
export function firstEventAfter(events: readonly StoryEvent[], timeS: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle].timeS > timeS + SAME_INSTANT_S) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The instant that lies `steps` events away from `timeS`; the nearest there is. */
export function stepByEvents(events: readonly StoryEvent[], timeS: number, steps: number): number {
  let atS = timeS;
  for (let step = 0; step < Math.abs(steps); step++) {
    if (steps > 0) {
      const next = events[firstEventAfter(events, atS)];
      if (next === undefined) return atS;
      atS = next.timeS;
    } else {
      const before = events[firstEventAfter(events, atS - 2 * SAME_INSTANT_S) - 1];
      if (before === undefined) return atS;
      atS = before.timeS;
    }
  }
  return atS;
}
