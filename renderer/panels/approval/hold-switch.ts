// Owns the switch of hold-to-run in this window: while it is down it says so again and again, and once when it is let go,
// which stops the arm. Must never say "down" for a hand that may be gone: a hidden window, a lost focus, a lost pointer
// all let go.

/** What holds it down; each is let go by itself, and the switch is down while any is. */
export type Grip = 'pointer' | 'key';

export interface HoldSwitchOptions {
  /** Says where the switch stands. */
  readonly say: (down: boolean) => void;
  /** The switch has to be heard of this often, milliseconds. */
  readonly everyMs: number;
  /** Told when it goes down or up. */
  readonly onChange: (down: boolean) => void;
}

export class HoldSwitch {
  readonly #options: HoldSwitchOptions;
  readonly #grips = new Set<Grip>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: HoldSwitchOptions) {
    this.#options = options;
  }

  get isDown(): boolean {
    return this.#timer !== undefined;
  }

  press(grip: Grip): void {
    this.#grips.add(grip);
    if (this.isDown) return;
    this.#options.say(true);
    this.#timer = setInterval(() => this.#options.say(true), this.#options.everyMs);
    this.#options.onChange(true);
  }

  release(grip: Grip): void {
    this.#grips.delete(grip);
    if (this.#grips.size === 0) this.letGo();
  }

  /** Whatever held it: it is up now. */
  letGo(): void {
    this.#grips.clear();
    if (!this.isDown) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#options.say(false);
    this.#options.onChange(false);
  }
}
