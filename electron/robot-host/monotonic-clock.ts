// Owns the one clock that all threads of this process share. The clock of `performance` starts anew in each of them.

/** Seconds since some moment of the past; never runs backwards, and is the same in every thread. */
export function monotonicS(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}
