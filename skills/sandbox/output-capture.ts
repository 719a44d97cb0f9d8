// Owns what a block prints: kept in order with its line and its time, told at once, capped in bytes and lines.
// Must never grow past its caps, however much a program prints.

import { programFrame } from './frames.ts';
import type { Frame, OutputLine, SandboxLimits } from './policy-sandbox.ts';

const LEVELS = ['log', 'info', 'warn', 'error', 'debug'] as const;

export class OutputCapture {
  readonly lines: OutputLine[] = [];
  truncated = false;
  readonly #limits: Pick<SandboxLimits, 'outputBytes' | 'outputLines'>;
  #bytes = 0;

  readonly #onLine: (line: OutputLine) => void;

  /** @param onLine told of every line that is kept, at once */
  constructor(limits: Pick<SandboxLimits, 'outputBytes' | 'outputLines'>, onLine: (line: OutputLine) => void) {
    this.#limits = limits;
    this.#onLine = onLine;
  }

  /** @param robotTimeS what the session's clock shows */
  add(level: string, text: string, frames: readonly Frame[], robotTimeS: number): void {
    if (this.truncated) return;
    const left = this.#limits.outputBytes - this.#bytes;
    if (this.lines.length >= this.#limits.outputLines || left <= 0) {
      this.truncated = true;
      return;
    }
    // One character is at most four bytes of UTF-8, and never fewer than one.
    const kept = text.length > left ? text.slice(0, left) : text;
    if (kept.length < text.length) this.truncated = true;
    this.#bytes += kept.length;
    const line = {
      level: LEVELS.find((known) => known === level) ?? 'log',
      text: kept,
      line: programFrame(frames)?.line ?? null,
      robotTimeS,
    };
    this.lines.push(line);
    this.#onLine(line);
  }
}
