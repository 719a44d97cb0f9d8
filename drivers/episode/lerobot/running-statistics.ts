// Owns the statistics of a data set's features as LeRobot trains with them: mean, deviation, extremes, count and
// quantiles. Mean and extremes are of every sample; quantiles of an even share of them, so that memory stays bounded.
// Must never depend on the order in which episodes are merged but through that share.

/** As LeRobot names and chooses them. */
const QUANTILES = { q01: 0.01, q10: 0.1, q50: 0.5, q90: 0.9, q99: 0.99 } as const;

/** Samples kept for the quantiles of one feature; beyond it every second one is let go, and so on. */
const KEPT_SAMPLES = 65_536;

export interface Statistics {
  readonly mean: readonly number[];
  /** Of the whole population, as numpy's `std`. */
  readonly std: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly count: readonly [number];
  readonly q01: readonly number[];
  readonly q10: readonly number[];
  readonly q50: readonly number[];
  readonly q90: readonly number[];
  readonly q99: readonly number[];
}

export class RunningStatistics {
  readonly #size: number;
  readonly #mean: Float64Array;
  /** Sums of squared deviations (B. P. Welford, Technometrics 4, 1962). */
  readonly #squares: Float64Array;
  readonly #min: Float64Array;
  readonly #max: Float64Array;
  #kept: Float32Array[] = [];
  #stride = 1;
  #seen = 0;
  #count = 0;

  /** @param size numbers per sample */
  constructor(size: number) {
    this.#size = size;
    this.#mean = new Float64Array(size);
    this.#squares = new Float64Array(size);
    this.#min = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
    this.#max = new Float64Array(size).fill(Number.NEGATIVE_INFINITY);
  }

  /** @param counts whether the sample counts as one of the feature's own; further pixels of a picture do not */
  add(sample: ArrayLike<number>, counts = true): void {
    this.#seen += 1;
    if (counts) this.#count += 1;
    for (let i = 0; i < this.#size; i++) {
      const value = sample[i];
      const delta = value - this.#mean[i];
      this.#mean[i] += delta / this.#seen;
      this.#squares[i] += delta * (value - this.#mean[i]);
      if (value < this.#min[i]) this.#min[i] = value;
      if (value > this.#max[i]) this.#max[i] = value;
    }
    if ((this.#seen - 1) % this.#stride !== 0) return;
    this.#kept.push(Float32Array.from(sample));
    if (this.#kept.length <= KEPT_SAMPLES) return;
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }

  /** @throws RangeError before the first sample */
  result(): Statistics {
    if (this.#seen === 0) throw new RangeError('there are no statistics of nothing');
    const sorted = Array.from({ length: this.#size }, (_, i) =>
      Float32Array.from(this.#kept, (kept) => kept[i]).sort(),
    );
    const quantile = (share: number) => sorted.map((values) => atShare(values, share));
    return {
      mean: Array.from(this.#mean),
      std: Array.from(this.#squares, (sum) => Math.sqrt(sum / this.#seen)),
      min: Array.from(this.#min),
      max: Array.from(this.#max),
      count: [this.#count],
      q01: quantile(QUANTILES.q01),
      q10: quantile(QUANTILES.q10),
      q50: quantile(QUANTILES.q50),
      q90: quantile(QUANTILES.q90),
      q99: quantile(QUANTILES.q99),
    };
  }
}

/** Linear between the two nearest, as numpy's default. */
function atShare(sorted: Float32Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}
