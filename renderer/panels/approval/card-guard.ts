// Owns whether a press was meant for the card that is on screen: a card that came, or changed, a moment ago may have
// slid under a pointer or a finger that was already on its way. Pure, with the clock handed in. Must never let time
// alone decide anything.

/** A person needs about half a second to see that the card is another one, milliseconds. */
export const SETTLE_MS = 500;

export type PressVerdict =
  | { readonly kind: 'meant' }
  /** The press began on another card. */
  | { readonly kind: 'other-card' }
  /** The card has not stood still for long enough when the press began. */
  | { readonly kind: 'too-soon'; readonly waitMs: number };

export class CardGuard {
  readonly #nowMs: () => number;
  #card: string | null = null;
  #sinceMs = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Tells which card is on screen, by everything about it that a person decides on; null for none. */
  show(card: string | null): void {
    if (card === this.#card) return;
    this.#card = card;
    this.#sinceMs = this.#nowMs();
  }

  /** Milliseconds until the card has settled; 0 once it has. */
  get settlesInMs(): number {
    return Math.max(0, this.#sinceMs + SETTLE_MS - this.#nowMs());
  }

  /**
   * Whether a press that began at `beganMs`, when `card` was on screen, may count.
   * @param beganMs of the key or pointer going down, never of its repetition or release
   */
  judge(card: string, beganMs: number): PressVerdict {
    if (card !== this.#card) return { kind: 'other-card' };
    const waitMs = this.#sinceMs + SETTLE_MS - beganMs;
    return waitMs > 0 ? { kind: 'too-soon', waitMs } : { kind: 'meant' };
  }
}
