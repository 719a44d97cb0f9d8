// Owns the order of a conversation: turns with what happened in them, and what stands between turns, made from the story
// alone, so that a live session and a recording read the same. Pure. Must never hold how anything looks.

import type { Story, StoryBlock } from '../../source/story.ts';

export type ThreadItem =
  | { readonly kind: 'block'; readonly key: string; readonly timeS: number; readonly block: StoryBlock }
  | { readonly kind: 'model'; readonly key: string; readonly timeS: number; readonly model: Story['models'][number] }
  | {
      readonly kind: 'ensemble';
      readonly key: string;
      readonly timeS: number;
      readonly ensemble: Story['ensembles'][number];
    }
  | { readonly kind: 'remark'; readonly key: string; readonly timeS: number; readonly text: string }
  | { readonly kind: 'stop'; readonly key: string; readonly timeS: number; readonly stop: Story['stops'][number] }
  /** How the turns of one instruction ended. */
  | { readonly kind: 'turns-ended'; readonly key: string; readonly timeS: number; readonly turn: TurnMessage }
  | { readonly kind: 'result'; readonly key: string; readonly timeS: number; readonly result: EpisodeResult };

export interface ThreadTurn {
  readonly kind: 'turn';
  readonly key: string;
  readonly timeS: number;
  /** From 1; begins anew with every instruction. */
  readonly turn: number;
  /** What the model decided; undefined while it has not. */
  readonly decision: TurnMessage['message']['decision'];
  /** Its reason to finish, or what is wrong with its reply. */
  readonly message: string | undefined;
  readonly items: readonly ThreadItem[];
}

export type ThreadEntry = ThreadTurn | ThreadItem;

type TurnMessage = Story['turns'][number];
type EpisodeResult = NonNullable<Story['result']>;

type Happening = ThreadItem | { readonly kind: 'turn-message'; readonly turn: TurnMessage };

/** Entries in the order in which they happened. */
export function threadOf(story: Story): readonly ThreadEntry[] {
  const entries: ThreadEntry[] = [];
  let open: (Omit<ThreadTurn, 'items'> & { items: ThreadItem[] }) | undefined;
  for (const happening of inOrder(story)) {
    if (happening.kind !== 'turn-message') {
      (open?.items ?? entries).push(happening);
      continue;
    }
    const { timeS, message, sequence } = happening.turn;
    if (message.event === 'started') {
      const { turn } = message;
      open = { kind: 'turn', key: `turn-${sequence}`, timeS, turn, decision: undefined, message: undefined, items: [] };
      entries.push(open);
    } else if (message.event === 'replied') {
      if (open === undefined) continue;
      const told = { ...open, decision: message.decision, message: message.message };
      entries[entries.indexOf(open)] = told;
      open = told;
    } else {
      open = undefined;
      entries.push({ kind: 'turns-ended', key: `ended-${sequence}`, timeS, turn: happening.turn });
    }
  }
  return entries;
}

function inOrder(story: Story): readonly Happening[] {
  const happenings: { readonly ns: bigint; readonly what: Happening }[] = [];
  const add = (ns: bigint, what: Happening) => happenings.push({ ns, what });
  for (const turn of story.turns) add(turn.logTimeNs, { kind: 'turn-message', turn });
  for (const block of story.blocks) {
    const { logTimeNs, timeS } = block.program;
    add(logTimeNs, { kind: 'block', key: `block-${block.block}-${block.attempt}`, timeS, block });
  }
  for (const model of story.models) {
    add(model.logTimeNs, { kind: 'model', key: `model-${model.message.call}`, timeS: model.timeS, model });
  }
  for (const ensemble of story.ensembles) {
    const { logTimeNs, sequence, timeS } = ensemble;
    add(logTimeNs, { kind: 'ensemble', key: `ensemble-${sequence}`, timeS, ensemble });
  }
  for (const { logTimeNs, sequence, timeS, message } of story.remarks) {
    add(logTimeNs, { kind: 'remark', key: `remark-${sequence}`, timeS, text: message.text });
  }
  for (const stop of story.stops) {
    add(stop.logTimeNs, { kind: 'stop', key: `stop-${stop.message.stopId}`, timeS: stop.timeS, stop });
  }
  const { result } = story;
  if (result !== undefined) {
    add(result.logTimeNs, { kind: 'result', key: 'result', timeS: result.timeS, result });
  }
  // Stable: what was written at one instant keeps the order above, a turn before what it holds.
  return happenings.sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0)).map(({ what }) => what);
}

/** A reply cut into what is prose and what is a fenced program, in order. */
export type ReplyPart = { readonly kind: 'prose' | 'program'; readonly text: string };

const FENCE = /^```[^\n`]*\n([\s\S]*?)^```[ \t]*$/gm;

export function replyParts(text: string): readonly ReplyPart[] {
  const parts: ReplyPart[] = [];
  const prose = (piece: string) => {
    if (piece.trim() !== '') parts.push({ kind: 'prose', text: piece.trim() });
  };
  let from = 0;
  for (const match of text.matchAll(FENCE)) {
    prose(text.slice(from, match.index));
    parts.push({ kind: 'program', text: match[1] });
    from = match.index + match[0].length;
  }
  prose(text.slice(from));
  return parts;
}

type ModelMessage = Story['models'][number]['message'];
export type ToldPart = ModelMessage['request']['messages'][number]['parts'][number];

/** What a request told the model that it had not been told before: the parts after its own last words. */
export function newlyTold({ request }: Pick<ModelMessage, 'request'>): readonly ToldPart[] {
  const last = request.messages.findLastIndex(({ role }) => role === 'assistant');
  return request.messages.slice(last + 1).flatMap(({ parts }) => parts);
}

/** Pictures of all requests, as addresses that an <img> takes, by the hash that later requests name them with. */
export function picturesOf(models: Story['models']): ReadonlyMap<string, string> {
  const pictures = new Map<string, string>();
  for (const { message } of models) {
    for (const { sha256, mediaType, base64 } of message.images) {
      pictures.set(sha256, `data:${mediaType};base64,${base64}`);
    }
  }
  return pictures;
}
