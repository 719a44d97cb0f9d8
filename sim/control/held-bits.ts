// Owns which parts of the arms meet what is held, as the engine's collision bits: everything but the parts that hold it.
//
// MuJoCo lets two geoms meet where contype of one and conaffinity of the other have a bit in common, either way round.
// Bits 1 and 2 are the arms' and the loose things' (sim/scenes/scene.ts); those of what is held are given here.

export interface CollisionBits {
  readonly contype: number;
  readonly conaffinity: number;
}

/** Meets nothing. */
export const NO_BITS: CollisionBits = { contype: 0, conaffinity: 0 };

/** What is held meets loose things, furniture (both of contype 2) and what another hand holds. */
const HELD_CONTYPE = 4;
const HELD_CONAFFINITY = 2 | 4;
/** Held by one arm: shifted by that arm's index. */
const BY_ONE = 8;
/** Held by more than one. */
const BY_BOTH = 32;
/** Parts that stand still as seen from the grip, or that turn about it: what is held lies close to them. */
const NEAR_THE_GRIP = /\/(link7\/|hand\/|left_finger\/|right_finger\/|tool)/;

/** @param holders indices of the arms that hold it */
export function heldBits(holders: readonly number[]): CollisionBits {
  const by = holders.length > 1 ? BY_BOTH : BY_ONE << holders[0];
  return { contype: HELD_CONTYPE | by, conaffinity: HELD_CONAFFINITY };
}

/**
 * Bits that let a part of an arm meet what is held: what others hold, and, away from its own grip, what it holds itself.
 * @param part name of the geom, as "left/link5/1"
 */
export function spareArmBits(part: string, arms: readonly { readonly side: string }[]): number {
  const near = NEAR_THE_GRIP.test(part);
  return arms.reduce(
    (bits, { side }, index) => {
      const own = part.startsWith(`${side}/`);
      return own && near ? bits : bits | (BY_ONE << index);
    },
    near ? 0 : BY_BOTH,
  );
}
