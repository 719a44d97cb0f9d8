// Owns what a benchmark says while it runs: one line redrawn in place on a terminal, a line at every tenth otherwise.
// Everything goes to stderr.

import { durationInWords } from '../../skills/bench/time-left.ts';

/** A line is redrawn at most this often, milliseconds. */
const REDRAW_MS = 200;
/** Where nothing can be redrawn: a line at every tenth of the trials. */
const SHARE_PER_LINE = 0.1;

export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #what: string;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #drawn = false;
  #linesDone: number;

  /** @param share of the work that was done before, as in a resumed run */
  constructor(what: string, share = 0, stream: NodeJS.WriteStream = process.stderr) {
    this.#what = what;
    this.#stream = stream;
    this.#linesDone = Math.floor(share / SHARE_PER_LINE + 1e-9);
  }

  /** @param leftS time left in seconds, where it is known */
  update(done: number, total: number, more: string, leftS?: number): void {
    const left = leftS === undefined || done >= total ? '' : `, about ${durationInWords(leftS)} left`;
    const text = `${this.#what}: ${done} of ${total}${more}${left}`;
    if (this.#stream.isTTY) {
      const nowMs = performance.now();
      if (nowMs - this.#drawnMs < REDRAW_MS && done < total) return;
      this.#drawnMs = nowMs;
      this.#drawn = true;
      this.#stream.write(`\r\x1b[2K  ${text.slice(0, Math.max(20, (this.#stream.columns ?? 80) - 3))}`);
      return;
    }
    const lines = Math.floor(done / total / SHARE_PER_LINE + 1e-9);
    if (lines <= this.#linesDone) return;
    this.#linesDone = lines;
    this.#stream.write(`  ${text}\n`);
  }

  /** Makes room for other lines. */
  end(): void {
    if (this.#drawn) this.#stream.write('\r\x1b[2K');
    this.#drawn = false;
  }
}
