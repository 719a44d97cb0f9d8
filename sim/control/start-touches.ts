// Owns what may stay in touch because it was when a motion began: near the place where it stood then, and hardly deeper.
// Must never excuse a touch elsewhere: an arm that stands in a thing may leave it, not pass through it again.

import type { Contact } from '../engine/physics.ts';

/** What touches at the start may stay, but get no deeper than this (m). */
const START_TOLERANCE_M = 0.001;
/** What touched at the start has left when it has gone this far: fingers come out of a deep bowl within it (m). */
const LEFT_M = 0.15;

export class StartTouches {
  readonly #depthsM = new Map<string, number>();
  readonly #bodyOf: ArrayLike<number>;
  readonly #startXpos: Float64Array;

  /**
   * @param bodyOf body of every geom
   * @param xpos positions of the bodies at the start, rows of 3, metres
   */
  constructor(contacts: readonly Contact[], bodyOf: ArrayLike<number>, xpos: Float64Array) {
    noteDeepest(contacts, this.#depthsM);
    this.#bodyOf = bodyOf;
    this.#startXpos = xpos.slice();
  }

  /** How deep these two may be in each other where their bodies are now, metres; undefined for no word on it. */
  allowedM(contact: Contact, xpos: Float64Array): number | undefined {
    const depthM = this.#depthsM.get(pairKey(contact));
    if (depthM === undefined) return undefined;
    const { geomA, geomB } = contact;
    return this.#hasLeft(geomA, xpos) || this.#hasLeft(geomB, xpos) ? undefined : depthM + START_TOLERANCE_M;
  }

  #hasLeft(geom: number, xpos: Float64Array): boolean {
    const at = 3 * this.#bodyOf[geom];
    let sum = 0;
    for (let i = 0; i < 3; i++) {
      const change = xpos[at + i] - this.#startXpos[at + i];
      sum += change * change;
    }
    return sum > LEFT_M * LEFT_M;
  }
}

/** Notes for every pair how deep they are in each other at most, metres. */
export function noteDeepest(contacts: readonly Contact[], depths: Map<string, number>): void {
  for (const contact of contacts) {
    const pair = pairKey(contact);
    depths.set(pair, Math.max(-contact.distanceM, depths.get(pair) ?? Number.NEGATIVE_INFINITY));
  }
}

/** One name for a pair of geoms, whichever comes first. */
export function pairKey({ geomA, geomB }: Contact): string {
  return geomA < geomB ? `${geomA}/${geomB}` : `${geomB}/${geomA}`;
}
