// Owns making a story of an episode's messages, one after the other, live and in replay alike. A message that comes again,
// as after a reconnect, changes nothing. Must never reorder what happened nor keep samples of a state.

import type { EpisodeMessage, TopicName } from '../../drivers/episode/reader.ts';
import { outlined } from './outline.ts';
import type { Story, StoryBlock } from './story.ts';

/** What a story is made of; everything else in an episode is a sample of a state. */
export const STORY_TOPICS = [
  '/program',
  '/check',
  '/preview',
  '/approval',
  '/gate',
  '/call',
  '/output',
  '/remark',
  '/stop',
  '/model',
  '/ensemble',
  '/function',
  '/turn',
  '/result',
  '/log',
] as const satisfies readonly TopicName[];
export type StoryTopic = (typeof STORY_TOPICS)[number];
export type StoryMessage = EpisodeMessage<StoryTopic>;

const storyTopics: ReadonlySet<string> = new Set(STORY_TOPICS);

export function isStoryTopic(topic: TopicName): topic is StoryTopic {
  return storyTopics.has(topic);
}

type Message<T extends TopicName> = EpisodeMessage<T>;

interface Draft {
  readonly block: number;
  readonly attempt: number;
  program: Message<'/program'>;
  /** False while only what belongs to it is known: its program stood in a part of the file that is lost. */
  known: boolean;
  check: Message<'/check'> | undefined;
  preview: Message<'/preview'> | undefined;
  approval: Message<'/approval'> | undefined;
  readonly calls: Message<'/call'>[];
  readonly output: Message<'/output'>[];
  readonly functions: Message<'/function'>[];
  result: Message<'/result'> | undefined;
  /** As last given out; undefined after a change. */
  finished: StoryBlock | undefined;
}

export interface StoryBuilder {
  /** Returns false when it was known already. */
  add(message: StoryMessage): boolean;
  /** The same object until something is added. */
  story(): Story;
}

export function createStoryBuilder(): StoryBuilder {
  const drafts: Draft[] = [];
  /** The attempt at each block that later messages belong to. */
  const current = new Map<number, Draft>();
  /** Functions are written before the program they stand behind. */
  const waitingFunctions = new Map<number, Message<'/function'>[]>();
  const lastSequence = new Map<TopicName, number>();
  const stops: Message<'/stop'>[] = [];
  const gate: Message<'/gate'>[] = [];
  const turns: Message<'/turn'>[] = [];
  const models: Message<'/model'>[] = [];
  const ensembles: Message<'/ensemble'>[] = [];
  const remarks: Message<'/remark'>[] = [];
  const log: Message<'/log'>[] = [];
  let result: Message<'/result'> | undefined;
  let revision = 0;
  let story: Story | undefined;

  const begin = (program: Message<'/program'>, known: boolean): Draft => {
    const { block } = program.message;
    const before = current.get(block);
    if (before !== undefined && !before.known && known) {
      before.program = program;
      before.known = true;
      before.finished = undefined;
      return before;
    }
    const draft: Draft = {
      block,
      attempt: before === undefined ? 0 : before.attempt + 1,
      program,
      known,
      check: undefined,
      preview: undefined,
      approval: undefined,
      calls: [],
      output: [],
      functions: known ? (waitingFunctions.get(block) ?? []) : [],
      result: undefined,
      finished: undefined,
    };
    if (known) waitingFunctions.delete(block);
    drafts.push(draft);
    current.set(block, draft);
    return draft;
  };

  /** The attempt that a message is about. */
  const attemptOf = (message: StoryMessage, block: number): Draft => {
    const draft = current.get(block) ?? begin(lostProgram(message, block), false);
    draft.finished = undefined;
    return draft;
  };

  const take = (given: StoryMessage): void => {
    switch (given.topic) {
      case '/program':
        begin(given, true);
        return;
      case '/check':
        attemptOf(given, given.message.block).check = given;
        return;
      case '/preview':
        attemptOf(given, given.message.block).preview = given;
        return;
      case '/approval':
        attemptOf(given, given.message.block).approval = given;
        return;
      case '/call':
        attemptOf(given, given.message.block).calls.push(shortCall(given));
        return;
      case '/output':
        attemptOf(given, given.message.block).output.push(given);
        return;
      case '/function': {
        const { block } = given.message;
        const draft = current.get(block);
        if (draft?.known && draft.check === undefined) attemptOf(given, block).functions.push(given);
        else waitingFunctions.set(block, [...(waitingFunctions.get(block) ?? []), given]);
        return;
      }
      case '/result':
        if (given.message.scope === 'block' && given.message.block !== undefined) {
          attemptOf(given, given.message.block).result = given;
        } else {
          result = given;
        }
        return;
      case '/gate':
        gate.push(given);
        return;
      case '/remark':
        remarks.push(given);
        return;
      case '/stop':
        stops.push(given);
        return;
      case '/model':
        models.push(given);
        return;
      case '/ensemble':
        ensembles.push(given);
        return;
      case '/turn':
        turns.push(given);
        return;
      case '/log':
        log.push(given);
        return;
    }
  };

  return {
    add(message) {
      if (message.sequence <= (lastSequence.get(message.topic) ?? -1)) return false;
      lastSequence.set(message.topic, message.sequence);
      take(message);
      revision += 1;
      story = undefined;
      return true;
    },
    story() {
      story ??= {
        revision,
        blocks: drafts.map(finishedBlock),
        stops: [...stops],
        gate: [...gate],
        turns: [...turns],
        models: [...models],
        ensembles: [...ensembles],
        remarks: [...remarks],
        log: [...log],
        result,
      };
      return story;
    },
  };
}

function finishedBlock(draft: Draft): StoryBlock {
  draft.finished ??= {
    block: draft.block,
    attempt: draft.attempt,
    program: draft.program,
    check: draft.check,
    preview: draft.preview,
    approval: draft.approval,
    calls: [...draft.calls],
    output: [...draft.output],
    functions: [...draft.functions],
    result: draft.result,
    startS: draft.approval?.message.decision === 'approved' ? draft.approval.timeS : null,
    endS: draft.result?.timeS ?? null,
  };
  return draft.finished;
}

/** Stands where a program was recorded that cannot be read any more. */
function lostProgram({ timeS, logTimeNs, sequence }: StoryMessage, block: number): Message<'/program'> {
  const message = { block, source: '', sha256: '', origin: 'file', name: 'a program that could not be read' } as const;
  return { topic: '/program', timeS, logTimeNs, sequence, message };
}

function shortCall(given: Message<'/call'>): Message<'/call'> {
  const { message } = given;
  const args = outlined(message.arguments.map((argument) => outlined(argument)));
  const short = Array.isArray(args) ? args : [args];
  return { ...given, message: { ...message, arguments: short, result: outlined(message.result) } };
}
