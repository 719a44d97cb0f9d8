// Owns what happened in an episode as people speak of it: blocks with their check, preview, approval, calls and end; stops,
// turns, remarks. Types only; story-builder.ts makes it from messages, live and in replay alike.

import type { EpisodeMessage } from '../../drivers/episode/reader.ts';

/** One attempt at a block: an edit, or a block after a rejection, keeps the block's number and makes a new attempt. */
export interface StoryBlock {
  /** Number within the episode, from 0. */
  readonly block: number;
  /** From 0; the last attempt of a block is the one that ran, if any did. */
  readonly attempt: number;
  readonly program: EpisodeMessage<'/program'>;
  readonly check: EpisodeMessage<'/check'> | undefined;
  readonly preview: EpisodeMessage<'/preview'> | undefined;
  readonly approval: EpisodeMessage<'/approval'> | undefined;
  /** In the order of their ends. */
  readonly calls: readonly EpisodeMessage<'/call'>[];
  readonly output: readonly EpisodeMessage<'/output'>[];
  readonly functions: readonly EpisodeMessage<'/function'>[];
  readonly result: EpisodeMessage<'/result'> | undefined;
  /** Robot time from the approval to the result, seconds; null while it has not begun, or not ended. */
  readonly startS: number | null;
  readonly endS: number | null;
}

export interface Story {
  /** Grows with every addition. */
  readonly revision: number;
  readonly blocks: readonly StoryBlock[];
  readonly stops: readonly EpisodeMessage<'/stop'>[];
  readonly gate: readonly EpisodeMessage<'/gate'>[];
  readonly turns: readonly EpisodeMessage<'/turn'>[];
  readonly models: readonly EpisodeMessage<'/model'>[];
  readonly ensembles: readonly EpisodeMessage<'/ensemble'>[];
  readonly remarks: readonly EpisodeMessage<'/remark'>[];
  readonly log: readonly EpisodeMessage<'/log'>[];
  /** Of the whole episode; undefined while it runs, or when it was cut. */
  readonly result: EpisodeMessage<'/result'> | undefined;
}

/** Everything that stands on the timeline, in order of time; for step keys and lanes. */
export interface StoryEvent {
  readonly timeS: number;
  readonly endS: number;
  readonly lane: 'turns' | 'calls' | 'approvals' | 'stops' | 'contacts' | 'output';
  readonly block: number | undefined;
  /** Line of the program, where one is known. */
  readonly line: number | undefined;
  /** A few words, as "gotoPose". */
  readonly label: string;
  readonly kind: 'plain' | 'good' | 'bad' | 'human';
}
