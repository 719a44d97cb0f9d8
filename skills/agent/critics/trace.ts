// Owns what a critic looks at: a preview's motion, tick by tick, and the room it happened in. Types only.
//
// Frames and units: metres, radians, seconds; poses in the base frame of arm 0.

import type { Pose, Vec3 } from '../../../sim/spatial.ts';

/** One arm at one tick. */
export interface ArmSample {
  readonly side: 'left' | 'right';
  /** Length 7. */
  readonly jointsRad: readonly number[];
  /** Fingertip. */
  readonly tool: Pose;
  /** Opening of the fingers. */
  readonly widthM: number;
  /** The thing between the fingers, by name. */
  readonly held: string | undefined;
}

export interface TraceSample {
  /** Since the beginning of the preview. */
  readonly timeS: number;
  readonly arms: readonly ArmSample[];
  /** Line of the program that was at work; undefined when unknown. */
  readonly line: number | undefined;
}

export interface Box {
  readonly name: string;
  readonly min: Vec3;
  readonly max: Vec3;
}

export interface PreviewTrace {
  /** Every 10 ms of robot time. */
  readonly samples: readonly TraceSample[];
  /** Surfaces things stand on, by their upper face. */
  readonly surfaces: readonly Box[];
  /** Things as they stood at the beginning: upright boxes around them. */
  readonly things: readonly Box[];
  /** Volumes of the installation that the arm must stay out of. */
  readonly keepOuts: readonly Box[];
  /** What the arms work with. */
  readonly tool: 'hand' | 'pad' | 'pen';
}

/** What a critic found, for the operator and for the writer of the program. */
export interface Finding {
  readonly critic: string;
  /** What happened, with figures, and what to do about it. */
  readonly message: string;
  readonly line: number | undefined;
  readonly timeS: number;
}

/** A named check of a preview's motion. */
export interface Critic {
  readonly name: string;
  /** What it looks for, in one sentence, with its bound. */
  readonly looksFor: string;
  /** At most a few findings, in the order of time. */
  judge(trace: PreviewTrace): readonly Finding[];
}
