// Owns who holds control of the open cell, as the robot host tells it. Must never give control to anybody.

import { ConsoleRefusal } from './console-refusal.ts';

/**
 * A window hears at once that it was given control; the news reaches the session on another way. So long it is waited for,
 * milliseconds.
 */
const NEWS_MS = 500;

export class ConsoleHolder {
  #client: string | null = null;
  #changed = new AbortController();

  note(client: string | null): void {
    if (client === this.#client) return;
    this.#client = client;
    this.#changed.abort();
    this.#changed = new AbortController();
  }

  /** @throws ConsoleRefusal when somebody else holds control, or nobody */
  async require(client: string): Promise<void> {
    if (this.#client !== client) await this.#news();
    if (this.#client === client) return;
    const who = this.#client === null ? 'No window holds control' : 'Another window holds control; this one observes';
    throw new ConsoleRefusal(
      'NOT_HOLDER',
      `${who}. Nothing was changed.`,
      'Take control first. Anyone may stop the robot at any time.',
    );
  }

  #news(): Promise<void> {
    const { signal } = this.#changed;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, NEWS_MS);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
