// Owns who holds control of a cell: one window at a time, known by the name of its client. Must never give control away
// from a holder that is alive, nor count the beat of a window that nobody looks at.

import { TAKE_OVER_AFTER_S } from '../ipc/cell-sockets.ts';

export interface Holder {
  readonly client: string;
  readonly name: string;
}

export type LeaseAnswer =
  | { readonly outcome: 'granted' }
  | { readonly outcome: 'held'; readonly by: string; readonly beatAgeS: number | null; readonly canTakeOver: boolean };

export class Lease {
  readonly #nowS: () => number;
  /** The holder has changed, or has been lost; called before anything else can happen. */
  readonly #onChange: (before: Holder | undefined, why: string) => void;
  #holder: Holder | undefined;
  #takenS = 0;
  #beatS: number | undefined;
  #visible = true;

  constructor(nowS: () => number, onChange: (before: Holder | undefined, why: string) => void) {
    this.#nowS = nowS;
    this.#onChange = onChange;
  }

  get holder(): Holder | undefined {
    return this.#holder;
  }

  /** The holder's window is there and says that it is hidden. */
  get isHidden(): boolean {
    return this.#holder !== undefined && !this.#visible;
  }

  isHeldBy(client: string): boolean {
    return this.#holder?.client === client;
  }

  take(client: string, name: string, takeOver: boolean): LeaseAnswer {
    const before = this.#holder;
    if (before !== undefined && before.client !== client) {
      const ageS = this.#nowS() - (this.#beatS ?? this.#takenS);
      const canTakeOver = ageS > TAKE_OVER_AFTER_S;
      if (!takeOver || !canTakeOver) {
        return { outcome: 'held', by: before.name, beatAgeS: this.#beatS === undefined ? null : ageS, canTakeOver };
      }
    }
    this.#holder = { client, name };
    if (before?.client === client) return { outcome: 'granted' };
    this.#takenS = this.#nowS();
    this.#beatS = undefined;
    this.#visible = true;
    this.#onChange(before, `${name} has taken control over`);
    return { outcome: 'granted' };
  }

  /** Without effect from anybody but the holder. @param why in words, for the stop that this may be */
  release(client: string, why: string): void {
    const before = this.#holder;
    if (before === undefined || before.client !== client) return;
    this.#holder = undefined;
    this.#beatS = undefined;
    this.#onChange(before, why);
  }

  /** A sign of life of a window. True when it counts: from the holder, and visible. */
  beat(client: string, visible: boolean): boolean {
    if (!this.isHeldBy(client)) return false;
    this.#visible = visible;
    if (!visible) return false;
    this.#beatS = this.#nowS();
    return true;
  }
}
