// Owns the waits inside a permit, so that a stop ends all of them at once, whatever they wait for, and no wait begins
// afterwards. Must never hold on to a wait that is over.

import type { GateRefusal } from './refusal.ts';

type Reject = (refusal: GateRefusal) => void;

export interface WaitingRoom {
  /**
   * Settles as the promise does, or rejects earlier when everything is interrupted.
   * @param whenAborted called at most once, when the signal fires during the wait; may reject it
   */
  wait<Value>(
    promise: Promise<Value>,
    signal: AbortSignal | undefined,
    whenAborted: (reject: Reject) => void,
  ): Promise<Value>;
  /** Rejects every wait under way and every later one. The first refusal stays. */
  interrupt(refusal: GateRefusal): void;
}

export function createWaitingRoom(): WaitingRoom {
  const waiting = new Set<Reject>();
  let closed: GateRefusal | undefined;
  return {
    wait: (promise, signal, whenAborted) =>
      new Promise((resolve, reject) => {
        if (closed !== undefined) {
          promise.catch(() => undefined);
          reject(closed);
          return;
        }
        const onAbort = () => whenAborted(giveUp);
        // Once a wait is over, however it ended, its signal means nothing any more.
        const leave = () => {
          waiting.delete(giveUp);
          signal?.removeEventListener('abort', onAbort);
        };
        const giveUp: Reject = (refusal) => {
          leave();
          reject(refusal);
        };
        waiting.add(giveUp);
        signal?.addEventListener('abort', onAbort, { once: true });
        promise.then(
          (value) => {
            leave();
            resolve(value);
          },
          (error: unknown) => {
            leave();
            reject(error);
          },
        );
      }),
    interrupt(refusal) {
      closed ??= refusal;
      for (const giveUp of [...waiting]) giveUp(refusal);
    },
  };
}
