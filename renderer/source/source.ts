// Owns the one interface through which panels see a robot: live, or in a recording. Panels never know which they show.
// What can be asked of a source is data (`can`), never a test of its class. Must never send anything to a robot.

import type { EpisodeMessage, TopicName } from '../../drivers/episode/reader.ts';
import type { Story } from './story.ts';

/** A stretch of robot time, seconds. */
export interface TimeSpan {
  readonly startS: number;
  readonly endS: number;
}

export interface SourceAbilities {
  /** Another instant can be asked for: replay, and the past of a live session. */
  readonly seek: boolean;
  /** It plays by itself, at a rate of its own choice: replay. */
  readonly play: boolean;
}

/** Where a source stands. */
export interface Playback {
  readonly span: TimeSpan;
  /** The instant that is shown, robot time in seconds; all panels show this one. */
  readonly cursorS: number;
  /** Live: the cursor follows what arrives. */
  readonly following: boolean;
  readonly playing: boolean;
  /** Multiple of real time, 0.1 to 10; negative plays backwards. */
  readonly rate: number;
  /** Grows with every jump of the cursor, so that panels drop what belongs to before. */
  readonly jumps: number;
  /** A span that is repeated; null for none. */
  readonly loop: TimeSpan | null;
  /** What is being read: panels may say so after a moment. */
  readonly loading: boolean;
}

/** One value over time for a plot: NaN where nothing is known. */
export interface Samples {
  readonly timesS: Float64Array;
  /** One array per series that was asked for, as long as `timesS`. */
  readonly values: readonly Float64Array[];
}

export interface Source {
  /** As "live", or the name of a recording. */
  readonly label: string;
  readonly can: SourceAbilities;

  playback(): Playback;
  /** Told after the cursor, the span or the play state has changed; at most once per animation frame. */
  onPlayback(listener: () => void): () => void;

  /** What has happened, in order and by block; grows in a live session. The same object until something is added. */
  story(): Story;
  onStory(listener: () => void): () => void;

  /** The newest message of a topic at or before the cursor; undefined where there is none (or not read yet). */
  latest<T extends TopicName>(topic: T): EpisodeMessage<T> | undefined;
  /**
   * The two messages around the cursor, to interpolate between: the newest at or before it, and the next after it where
   * that is known. For poses at 60 frames a second; allocates nothing of note.
   */
  around<T extends TopicName>(topic: T): readonly [EpisodeMessage<T> | undefined, EpisodeMessage<T> | undefined];

  /**
   * Samples of a topic over a span, at most `maxPoints` (the extremes of each stretch are kept when thinned).
   * @param pick the series of a message, in a fixed order
   */
  samples<T extends TopicName>(
    topic: T,
    span: TimeSpan,
    pick: (message: EpisodeMessage<T>) => readonly number[],
    maxPoints: number,
    signal: AbortSignal,
  ): Promise<Samples>;

  /** The newest message of a topic at or before another instant, for hover previews. */
  at<T extends TopicName>(topic: T, timeS: number, signal: AbortSignal): Promise<EpisodeMessage<T> | undefined>;

  /** Where `can.seek`; a live source that is sought stops following until `follow`. */
  seek(timeS: number): void;
  follow(): void;
  /** Where `can.play`. */
  play(rate?: number): void;
  pause(): void;
  setRate(rate: number): void;
  setLoop(span: TimeSpan | null): void;
  /** By control ticks of 10 ms, or to the neighbouring event of the story. */
  step(by: { readonly ticks: number } | { readonly events: number }): void;

  /** Sentences about what could not be read or was dropped. */
  problems(): readonly string[];
  dispose(): void;
}
