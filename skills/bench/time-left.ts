// Owns the estimate of how long a benchmark still takes: the mean time of the trials so far, kept apart by kind, because
// tasks and tiers differ tenfold. Knows no clock.

interface Kind {
  left: number;
  done: number;
  seconds: number;
}

export class TimeLeft {
  readonly #kinds = new Map<string, Kind>();

  /** Announces trials of a kind, as "cube-lift S3". */
  expect(kind: string, trials: number): void {
    this.#kind(kind).left += trials;
  }

  /** One trial has ended. @param seconds that a worker was busy with it */
  done(kind: string, seconds: number): void {
    const one = this.#kind(kind);
    one.left -= 1;
    one.done += 1;
    one.seconds += seconds;
  }

  /** Trials that will not run after all. */
  drop(kind: string, trials: number): void {
    this.#kind(kind).left -= trials;
  }

  /**
   * Seconds until everything is done; undefined before the first trial has ended. A kind that has not been seen yet is
   * taken to be like the others.
   */
  seconds(workers: number): number | undefined {
    const kinds = [...this.#kinds.values()];
    const done = kinds.reduce((sum, kind) => sum + kind.done, 0);
    if (done === 0) return undefined;
    const mean = kinds.reduce((sum, kind) => sum + kind.seconds, 0) / done;
    const busy = kinds.reduce((sum, kind) => sum + kind.left * (kind.done > 0 ? kind.seconds / kind.done : mean), 0);
    return busy / workers;
  }

  #kind(name: string): Kind {
    let kind = this.#kinds.get(name);
    if (kind === undefined) {
      kind = { left: 0, done: 0, seconds: 0 };
      this.#kinds.set(name, kind);
    }
    return kind;
  }
}

/** Seconds in words, coarse: "40 s", "5 min", "2 h 10 min". */
export function durationInWords(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
