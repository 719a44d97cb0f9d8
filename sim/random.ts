// Owns randomness: seeded streams that give the same numbers on every machine. Must never read a clock or Math.random.
//
// Generator: sfc32 (C. Doty-Humphrey, PractRand), seeded with 96 bits hashed from a text, so that each use has its own
// stream and adding a draw to one never shifts another.

import { cos, log } from './portable-math.ts';

export interface RandomStream {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Whole number, 0 <= value < count. */
  integer(count: number): number;
  /** Normal with the given standard deviation (Box-Muller). */
  gaussian(mean: number, deviation: number): number;
}

function hashText(text: string): number {
  let hash = 0x811c9dc5; // FNV-1a, 32 bits
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

/** Spreads every bit of a hash over the word (the output step of splitmix32). */
function mix(hash: number): number {
  let z = hash;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/**
 * A stream of its own for each (seed, purpose).
 * @param seed whole number from 0 to 2^53
 * @param purpose what the numbers are for, as "layout"
 */
export function createRandomStream(seed: number, purpose: string): RandomStream {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`a seed is a whole number from 0 to 2^53, not ${seed}`);
  }
  // Three words, not one: with 32 bits in all, two of 100,000 seeds would probably share their world.
  const [first, second, third] = ['a', 'b', 'c'].map((word) => mix(hashText(`${word}/${seed}/${purpose}`)));
  let a = first;
  let b = second;
  let c = third;
  let counter = 1;
  const next = () => {
    const t = (((a + b) >>> 0) + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = ((((c << 21) | (c >>> 11)) >>> 0) + t) >>> 0;
    return t / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  const uniform = (low: number, high: number) => low + (high - low) * next();
  return {
    next,
    uniform,
    integer: (count) => Math.floor(next() * count),
    gaussian: (mean, deviation) => {
      const radius = Math.sqrt(-2 * log(1 - next()));
      return mean + deviation * radius * cos(2 * Math.PI * next());
    },
  };
}
