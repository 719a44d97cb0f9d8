// Owns how fast a simulated world may run: as fast as the machine allows, or at a multiple of real time. Also gives
// the event loop its turn, so that a stop is never kept waiting.

/** Called after every tick; a promise makes the world wait. */
export type Pacer = (robotTimeS: number) => Promise<void> | undefined;

/** A stop waits at most about this long for the world's loop, milliseconds. */
export const YIELD_EVERY_MS = 4;

/** Lets the event loop take in what has arrived meanwhile: beats, stops. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}

/** No waiting beyond the event loop's turn. */
export function fastPacer(): Pacer {
  let last = performance.now();
  return () => {
    const now = performance.now();
    if (now - last < YIELD_EVERY_MS) return undefined;
    return nextTurn().then(() => {
      last = performance.now();
    });
  };
}

/** A pause between two ticks longer than this, or being late by as much, is not caught up with (ms). */
const PAUSE_MS = 50;

/**
 * Robot time passes at `speed` times real time. After a pause or a stall the world goes on from where it is instead of
 * catching up.
 * @param speed > 0; 1 is real time
 */
export function realTimePacer(speed: number): Pacer {
  let startMs = 0;
  let startS = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  return (robotTimeS) => {
    const nowMs = performance.now();
    let waitMs = startMs + ((robotTimeS - startS) * 1000) / speed - nowMs;
    if (nowMs - lastMs > PAUSE_MS || waitMs < -PAUSE_MS) {
      startMs = nowMs;
      startS = robotTimeS;
      waitMs = 0;
    }
    lastMs = nowMs;
    if (waitMs <= 1) return nextTurn();
    lastMs += waitMs;
    return new Promise((resolve) => setTimeout(resolve, waitMs));
  };
}
