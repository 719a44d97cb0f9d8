// Owns trying again: after failures that may pass, with growing waits, as often and as long as a policy says. Must never
// hide an attempt: each is metered, and the reply says how many were given up.

import type { MeteredModel } from './metered-model.ts';
import { ModelError } from './model.ts';

export interface RetryPolicy {
  /** Attempts in all, the first one included. */
  readonly attempts: number;
  /** Before the second attempt, seconds; it doubles from attempt to attempt. */
  readonly firstWaitS: number;
  /** The longest wait of our own choice, seconds. A provider may ask for a longer one. */
  readonly longestWaitS: number;
  /** All waits together, seconds; a provider that asks for more than what is left ends the request. */
  readonly totalWaitS: number;
  /** No attempt begins later than this after the first one, seconds: a server that stalls again and again ends it. */
  readonly totalS: number;
}

export const RETRY_POLICY: RetryPolicy = { attempts: 5, firstWaitS: 1, longestWaitS: 30, totalWaitS: 120, totalS: 900 };

/** @param chance a number from 0 to 1: waits are spread so that many clients do not come back together */
export function retryingModel(
  model: MeteredModel,
  policy: RetryPolicy = RETRY_POLICY,
  chance: () => number = Math.random,
): MeteredModel {
  return {
    name: model.name,
    seesImages: model.seesImages,
    get takesTemperature() {
      return model.takesTemperature;
    },
    async ask(request, onPiece, signal) {
      const startMs = performance.now();
      let waitedS = 0;
      for (let retries = 0; ; retries++) {
        try {
          return { ...(await model.ask(request, onPiece, signal)), retries };
        } catch (error) {
          if (!(error instanceof ModelError)) throw error;
          if (!error.retryable) throw retries === 0 ? error : rewritten(error, error.message, retries);
          const ownS = Math.min(policy.longestWaitS, policy.firstWaitS * 2 ** retries);
          // Half of it is certain, so that a wait is one. What the provider asks for is never cut short.
          const waitS = Math.max(ownS * (0.5 + 0.5 * chance()), error.retryAfterS ?? 0);
          const tries = `${retries + 1} ${retries === 0 ? 'attempt' : 'attempts'}`;
          const late = (performance.now() - startMs) / 1000 + waitS > policy.totalS;
          if (retries + 1 >= policy.attempts || late) {
            throw rewritten(error, `${error.message} Given up after ${tries}.`, retries);
          }
          if (waitedS + waitS > policy.totalWaitS) {
            throw rewritten(
              error,
              `${error.message} Given up after ${tries}: the next one would have to wait ${waitS.toFixed(0)} s, and all waits together may be ${policy.totalWaitS} s.`,
              retries,
            );
          }
          onPiece({ kind: 'restart', text: `${error.message} Asking again in ${waitS.toFixed(1)} s.` });
          await sleep(waitS, signal, retries);
          waitedS += waitS;
        }
      }
    },
  };
}

function rewritten(error: ModelError, message: string, retries: number): ModelError {
  const { code, hint, retryable, retryAfterS, requestId, usage, cause } = error;
  return new ModelError(code, message, hint, {
    retryable,
    requestId,
    retries,
    cause,
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
    ...(usage === undefined ? {} : { usage }),
  });
}

/** @throws ModelError CANCELLED */
function sleep(seconds: number, signal: AbortSignal, retries: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (act: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      act();
    };
    const abort = () =>
      end(() =>
        reject(
          new ModelError(
            'CANCELLED',
            'The request was cancelled while it waited to be sent again.',
            'Ask again when you want to go on.',
            { retries },
          ),
        ),
      );
    const timer = setTimeout(() => end(resolve), seconds * 1000);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
