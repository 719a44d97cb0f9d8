// Owns the pieces of a model's reply on their way to windows: several small ones become one message. Must never lose or
// reorder one, nor hold one back for long.

/** A piece as windows get it. */
export interface ConsolePiece {
  readonly purpose: string;
  readonly turn: number;
  readonly kind: 'text' | 'reasoning' | 'restart';
  readonly text: string;
}

/** Faster than reading, slower than a model's tokens, milliseconds. */
const FLUSH_MS = 40;

export class PieceFlow {
  readonly #send: (piece: ConsolePiece) => void;
  #held: ConsolePiece | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (piece: ConsolePiece) => void) {
    this.#send = send;
  }

  add(piece: ConsolePiece): void {
    const held = this.#held;
    const joins =
      held !== undefined &&
      piece.kind !== 'restart' &&
      held.kind === piece.kind &&
      held.turn === piece.turn &&
      held.purpose === piece.purpose;
    if (joins) this.#held = { ...held, text: held.text + piece.text };
    else {
      this.flush();
      this.#held = piece;
    }
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  /** Sends what is held. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#send(held);
  }
}
