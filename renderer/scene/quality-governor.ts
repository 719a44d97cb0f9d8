// Owns how well the scene is drawn: what a picture may cost while something moves, and one good picture at rest. It only
// counts; drawing is the stage's. Must never read a clock by itself.

export interface Quality {
  /** Most device pixels per CSS pixel. */
  readonly ratio: number;
  /** Side of the shadow map, pixels; 0 draws no shadow. */
  readonly shadowPx: number;
}

/** From the best down. The last ones are for drawing without a graphics card, on few and busy cores. */
export const QUALITIES: readonly Quality[] = [
  { ratio: 2, shadowPx: 2048 },
  { ratio: 1, shadowPx: 2048 },
  { ratio: 1, shadowPx: 1024 },
  { ratio: 0.75, shadowPx: 1024 },
  { ratio: 0.6, shadowPx: 512 },
  { ratio: 0.5, shadowPx: 0 },
  { ratio: 0.35, shadowPx: 0 },
];
/** Without a graphics card most of the time would be lost in finding this level. */
const SOFTWARE_START = 3;

/** 15 pictures a second, with something left for the rest of the machine, milliseconds. */
const SLOW_MS = 55;
/** The next better level costs up to twice as much; below this there is room for it. */
const FAST_MS = 20;
/** Pictures that must agree before the level changes: one hiccup is none. */
const SLOW_FRAMES = 4;
const FAST_FRAMES = 40;
/** A level that was too slow is not tried again for this long, milliseconds. */
const RETRY_MS = 15_000;
const SMOOTHING = 0.3;

export class QualityGovernor {
  #level: number;
  #slow = 0;
  #fast = 0;
  #smoothMs = 0;
  /** When each level was last found too slow. */
  readonly #failedAtMs = new Map<number, number>();

  constructor(software: boolean) {
    this.#level = software ? SOFTWARE_START : 0;
  }

  get level(): number {
    return this.#level;
  }

  get quality(): Quality {
    return QUALITIES[this.#level];
  }

  /** Smoothed cost of a picture, milliseconds. */
  get frameMs(): number {
    return this.#smoothMs;
  }

  /**
   * Takes in what a picture has cost while something moved.
   * @returns whether the level has changed
   */
  frame(costMs: number, nowMs: number): boolean {
    this.#smoothMs = this.#smoothMs === 0 ? costMs : this.#smoothMs + SMOOTHING * (costMs - this.#smoothMs);
    this.#slow = costMs > SLOW_MS ? this.#slow + 1 : 0;
    this.#fast = costMs < FAST_MS ? this.#fast + 1 : 0;
    if (this.#slow >= SLOW_FRAMES && this.#level < QUALITIES.length - 1) {
      this.#failedAtMs.set(this.#level, nowMs);
      return this.#go(this.#level + 1);
    }
    if (this.#fast >= FAST_FRAMES && this.#level > 0) {
      const failedAtMs = this.#failedAtMs.get(this.#level - 1);
      if (failedAtMs === undefined || nowMs - failedAtMs > RETRY_MS) return this.#go(this.#level - 1);
    }
    return false;
  }

  #go(level: number): boolean {
    this.#level = level;
    this.#slow = 0;
    this.#fast = 0;
    this.#smoothMs = 0;
    return true;
  }
}
