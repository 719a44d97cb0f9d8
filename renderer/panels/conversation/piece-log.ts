// Owns a model's words as they arrive, until the finished reply stands in the story. Must never join what it has into one
// text: a reply may be two megabytes, and each piece is drawn once.

export type PieceKind = 'text' | 'reasoning';

/** Words of one kind, in order, as they came. */
export interface Stretch {
  readonly kind: PieceKind;
  readonly pieces: readonly string[];
}

interface OpenStretch {
  readonly kind: PieceKind;
  readonly pieces: string[];
}

export class PieceLog {
  #stretches: OpenStretch[] = [];
  #listeners = new Set<() => void>();
  #epoch = 0;
  #length = 0;

  /** Grows whenever what was there is no longer there: whoever draws begins anew. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Grows at its last stretch and by further stretches only, within an epoch. */
  get stretches(): readonly Stretch[] {
    return this.#stretches;
  }

  /** Characters that are there. */
  get length(): number {
    return this.#length;
  }

  add(kind: PieceKind | 'restart', text: string): void {
    if (kind === 'restart') {
      this.clear();
      return;
    }
    if (text === '') return;
    const last = this.#stretches.at(-1);
    if (last?.kind === kind) last.pieces.push(text);
    else this.#stretches.push({ kind, pieces: [text] });
    this.#length += text.length;
    this.#tell();
  }

  /**
   * Takes away what a finished request has said, from the front: the story tells it now. What came after it, of the next
   * request, stays.
   */
  settle(reply: { readonly text: string; readonly reasoning: string }): void {
    const left: Record<PieceKind, number> = { text: reply.text.length, reasoning: reply.reasoning.length };
    const kept: OpenStretch[] = [];
    for (const { kind, pieces } of this.#stretches) {
      const rest: string[] = [];
      for (const piece of pieces) {
        const taken = Math.min(left[kind], piece.length);
        left[kind] -= taken;
        if (taken < piece.length) rest.push(piece.slice(taken));
      }
      if (rest.length > 0) kept.push({ kind, pieces: rest });
    }
    this.#replace(kept);
  }

  clear(): void {
    this.#replace([]);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #replace(stretches: OpenStretch[]): void {
    if (this.#stretches.length === 0 && stretches.length === 0) return;
    this.#stretches = stretches;
    this.#length = stretches.reduce((sum, { pieces }) => pieces.reduce((all, piece) => all + piece.length, sum), 0);
    this.#epoch += 1;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
