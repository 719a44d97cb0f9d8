// Owns the detector port: how a phrase or a pixel becomes masks, and the errors of perception. Types and one error class;
// the pixel detector and the clients of model servers stand behind it. Must never know names, ids or poses of the scene.
//
// "The server is down", "nothing found" and "unsure" are three different answers: the first is thrown as a
// PerceptionError, the others are results, each with what happened and what to do next.

import type { Observation } from '../../drivers/cameras/camera-port.ts';

/** The pixels of one thing. */
export interface Mask {
  /** What the detector takes it for, for people: "red cube". */
  readonly label: string;
  /** 0..1; only the order within one answer is to be relied on. */
  readonly score: number;
  /** Pixels, inclusive-exclusive: [u0, v0, u1, v1]. */
  readonly box: readonly [number, number, number, number];
  /** Row-major indices of the set pixels, ascending. */
  readonly pixels: Uint32Array;
}

/** The answer to a question for masks. */
export type Segmentation =
  /** One answer stands out; the masks are best first. */
  | { readonly kind: 'found'; readonly masks: readonly Mask[] }
  /** Nothing in the picture fits. */
  | { readonly kind: 'nothing'; readonly message: string; readonly hint: string }
  /** Several fit equally well; the masks are those, best first. */
  | { readonly kind: 'unsure'; readonly masks: readonly Mask[]; readonly message: string; readonly hint: string };

/** The answer to "where would you point?". */
export type Pointing =
  | { readonly kind: 'found'; readonly u: number; readonly v: number; readonly score: number }
  | { readonly kind: 'nothing' | 'unsure'; readonly message: string; readonly hint: string };

/** Finds things in one look of one camera. The same look and question give the same answer. */
export interface Detector {
  readonly name: string;
  /**
   * Masks of what a phrase names.
   * @throws PerceptionError when the question is malformed or the detector cannot be asked
   */
  segmentText(observation: Observation, text: string, signal?: AbortSignal): Promise<Segmentation>;
  /**
   * Mask of the thing seen at a pixel.
   * @param u column, pixels from the left
   * @param v row, pixels from the top
   * @throws PerceptionError when the pixel lies outside the picture or the detector cannot be asked
   */
  segmentPoint(observation: Observation, u: number, v: number, signal?: AbortSignal): Promise<Segmentation>;
  /**
   * The pixel to point at for a phrase.
   * @throws PerceptionError when the question is malformed or the detector cannot be asked
   */
  pointAt(observation: Observation, text: string, signal?: AbortSignal): Promise<Pointing>;
}

export type PerceptionErrorCode =
  /** The question itself is wrong: an empty phrase, a pixel outside the picture. */
  | 'BAD_QUERY'
  /** A picture, mask or cloud cannot be worked with: sizes that differ, values that are not finite. */
  | 'BAD_INPUT'
  /** Nothing in the picture fits the phrase. */
  | 'NOTHING_FOUND'
  /** Several things fit equally well. */
  | 'UNSURE'
  /** The thing was found, but too few of its pixels have a depth. */
  | 'NO_DEPTH'
  /** No grasp fits the hand. */
  | 'NO_GRASP'
  /** The model server could not be reached, or never answered. */
  | 'SERVER_DOWN'
  /** The model server answered, but not as agreed. */
  | 'SERVER_ANSWER'
  /** No model server is configured for this question. */
  | 'NO_SERVER';

/** Why something could not be perceived. No perception moves the arm, so the arm is as it was. */
export class PerceptionError extends Error {
  override readonly name = 'PerceptionError';
  readonly code: PerceptionErrorCode;
  /** What to do next. */
  readonly hint: string;
  /** Whether the same question may be answered later. */
  readonly retryable: boolean;

  constructor(code: PerceptionErrorCode, message: string, hint: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = hint;
    this.retryable = code === 'SERVER_DOWN' || code === 'NOTHING_FOUND' || code === 'UNSURE' || code === 'NO_DEPTH';
  }
}
