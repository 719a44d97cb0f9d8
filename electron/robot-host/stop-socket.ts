// Owns the stop channel: challenges whoever is connected, and shuts the gate for anybody who asks. Must never let a stop
// wait, for a lease, for an answer or for another message.

import { randomBytes } from 'node:crypto';
import { CHALLENGE_MS, type StopDown, stopUpSchema } from '../ipc/cell-sockets.ts';
import type { CellGuard } from './cell-guard.ts';
import { jsonOf, type Visitor } from './console-door.ts';

/** Challenges of one socket that may still be answered. */
const OPEN_CHALLENGES = 8;

export class StopSocket {
  readonly #guard: CellGuard;
  /** An echo came back. @param delayMs there and back */
  readonly #onEcho: (client: string, delayMs: number) => void;
  readonly #visitors = new Set<Visitor>();

  constructor(guard: CellGuard, onEcho: (client: string, delayMs: number) => void) {
    this.#guard = guard;
    this.#onEcho = onEcho;
    guard.onStopped(({ id, source, detail, restConfirmed }) => {
      for (const visitor of this.#visitors) tell(visitor, { kind: 'stopped', id, source, detail, restConfirmed });
    });
  }

  welcome(visitor: Visitor): void {
    const { socket, hello } = visitor;
    const sentMs = new Map<string, number>();
    const challenge = () => {
      const nonce = randomBytes(12).toString('base64url');
      sentMs.set(nonce, performance.now());
      for (const old of [...sentMs.keys()].slice(0, -OPEN_CHALLENGES)) sentMs.delete(old);
      tell(visitor, { kind: 'challenge', nonce });
    };
    const timer = setInterval(challenge, CHALLENGE_MS);
    this.#visitors.add(visitor);
    socket.once('close', () => {
      clearInterval(timer);
      this.#visitors.delete(visitor);
    });
    socket.on('message', (data, isBinary) => {
      const arrivedMs = performance.now();
      const message = isBinary ? undefined : stopUpSchema.safeParse(jsonOf(data)).data;
      if (message?.kind === 'stop') {
        this.#guard.stopUnasked({ source: 'operator', detail: message.detail });
        tell(visitor, { kind: 'closed', afterMs: performance.now() - arrivedMs });
        return;
      }
      const sent = message === undefined ? undefined : sentMs.get(message.nonce);
      if (message === undefined || sent === undefined) {
        const why = message === undefined ? 'it is neither a stop nor an echo' : 'it echoes what was never asked';
        visitor.refuse(why);
        tell(visitor, { kind: 'refused', why });
        return;
      }
      sentMs.delete(message.nonce);
      this.#onEcho(hello.client, arrivedMs - sent);
    });
    challenge();
  }
}

function tell({ socket }: Visitor, message: StopDown): void {
  socket.send(JSON.stringify(message), () => undefined);
}
