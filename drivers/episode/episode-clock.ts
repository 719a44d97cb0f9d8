// Owns the time of a recording: one wall-clock reading at its start, a steady clock after it. Must never read the wall
// clock twice, so that a clock that is set during a recording moves nothing.

export interface EpisodeClock {
  /** When this clock was made (UTC), nanoseconds since 1970. */
  readonly startedNs: bigint;
  /** Steady time since then, nanoseconds. */
  elapsedNs(): bigint;
  /** Calls the task again and again; the function it returns ends that. */
  every(periodMs: number, task: () => void): () => void;
}

/** The clock of this process. Its timer does not keep a process alive. */
export function systemClock(): EpisodeClock {
  const startMs = performance.now();
  return {
    startedNs: BigInt(Date.now()) * 1_000_000n,
    elapsedNs: () => BigInt(Math.round((performance.now() - startMs) * 1e6)),
    every(periodMs, task) {
      const handle: unknown = setInterval(task, periodMs);
      if (isNodeTimer(handle)) handle.unref();
      return () => clearInterval(handle as ReturnType<typeof setInterval>);
    },
  };
}

function isNodeTimer(handle: unknown): handle is { unref(): void } {
  return typeof handle === 'object' && handle !== null && 'unref' in handle;
}
