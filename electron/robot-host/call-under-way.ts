// Owns which call of the policy API is under way, for whoever lights its line. A program may make thousands of calls a
// second: the change is told now and then, and what is told is what is so then. Must never hold up a call.

/** A call that has begun and not ended. */
export interface CallView {
  readonly name: string;
  /** Of the block; null when it came from elsewhere. */
  readonly line: number | null;
}

/** Faster than an eye follows, slower than calls that take no robot time, milliseconds. */
const TELL_MS = 40;

export class CallUnderWay {
  readonly #onChange: () => void;
  #view: CallView | null = null;
  #told: CallView | null = null;
  #timer: NodeJS.Timeout | undefined;

  /** @param onChange another call is under way than was told last */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get view(): CallView | null {
    return this.#view;
  }

  begin(name: string, line: number | undefined): void {
    this.#change({ name, line: line ?? null });
  }

  end(): void {
    this.#change(null);
  }

  #change(view: CallView | null): void {
    this.#view = view;
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const [now, told] = [this.#view, this.#told];
      if (now?.name === told?.name && now?.line === told?.line) return;
      this.#told = now;
      this.#onChange();
    }, TELL_MS);
    // Nobody waits for it at the end.
    this.#timer.unref();
  }
}
