// Owns where a replay goes next: rate, direction, loop and the ends of its span. Pure; time is given to it.

import type { TimeSpan } from './source.ts';

export const SLOWEST_RATE = 0.1;
export const FASTEST_RATE = 10;

/** A rate within what there is; zero and what is no number become 1. */
export function allowedRate(rate: number): number {
  if (!Number.isFinite(rate) || rate === 0) return 1;
  return Math.sign(rate) * Math.min(FASTEST_RATE, Math.max(SLOWEST_RATE, Math.abs(rate)));
}

export interface NextInstant {
  readonly timeS: number;
  /** It went back to the other end of the loop. */
  readonly wrapped: boolean;
  /** There is nothing further in this direction. */
  readonly ended: boolean;
}

/** Where the cursor goes after `elapsedS` of real time. */
export function nextInstant(
  cursorS: number,
  elapsedS: number,
  rate: number,
  span: TimeSpan,
  loop: TimeSpan | null,
): NextInstant {
  const wanted = cursorS + elapsedS * rate;
  const within = loop ?? span;
  const past = rate > 0 ? wanted >= within.endS : wanted <= within.startS;
  if (!past) {
    // A cursor before the loop runs into it.
    return { timeS: Math.min(Math.max(wanted, span.startS), span.endS), wrapped: false, ended: false };
  }
  if (loop === null || loop.endS - loop.startS <= 0) {
    return { timeS: rate > 0 ? within.endS : within.startS, wrapped: false, ended: true };
  }
  return { timeS: rate > 0 ? loop.startS : loop.endS, wrapped: true, ended: false };
}
