// Owns what a robot host asks of its session, over the same channel the other way: the questions of programs, which only the
// session's model can answer. Must never carry an approval, a reset or a limit.

import { z } from 'zod';
import { FAILURE_STAGES } from '../../drivers/failure-stage.ts';
import { type Ask, type Asker, askSchema } from '../../skills/api/asks.ts';
import { PolicyError } from '../../skills/api/errors.ts';
import { type Channel, type Contract, connect, RemoteError, serve } from './rpc.ts';

export const SESSION_CONTRACT = {
  requests: {
    ask: {
      params: z.object({ id: z.int(), question: askSchema }),
      result: z.object({ answer: z.unknown() }),
    },
  },
  notices: {
    /** Nobody waits for the answer any more: the program has ended, or was stopped. */
    cancelAsk: z.object({ id: z.int() }),
  },
  events: {},
} as const satisfies Contract;

/** The host's end: asks the session. Every open question fails when the session is gone. */
export function sessionAsker(channel: Channel): Asker {
  const session = connect(SESSION_CONTRACT, channel, {});
  let lastId = 0;
  return {
    ask: async (question, signal) => {
      signal.throwIfAborted();
      lastId += 1;
      const id = lastId;
      const cancel = () => session.notify('cancelAsk', { id });
      signal.addEventListener('abort', cancel, { once: true });
      try {
        return (await session.request('ask', { id, question })).answer;
      } catch (error) {
        throw error instanceof RemoteError ? policyErrorOf(error) : error;
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
  };
}

/** The session's end, or that of whoever hands questions on to it. */
export function answerAsks(channel: Channel, answer: (question: Ask, signal: AbortSignal) => Promise<unknown>): void {
  const open = new Map<number, AbortController>();
  serve(
    SESSION_CONTRACT,
    channel,
    {
      ask: async ({ id, question }) => {
        const abort = new AbortController();
        open.set(id, abort);
        try {
          return { answer: await answer(question, abort.signal) };
        } finally {
          open.delete(id);
        }
      },
    },
    { cancelAsk: ({ id }) => open.get(id)?.abort() },
  );
  channel.onClose(() => {
    for (const abort of open.values()) abort.abort();
  });
}

/** What crossed is what the desk threw, or a fault of ours, which the program learns nothing about. */
function policyErrorOf(error: RemoteError): Error {
  const stage = FAILURE_STAGES.find((one) => one === error.stage);
  if (error.remoteName !== 'PolicyError' || stage === undefined) return error;
  return new PolicyError({ code: error.code, stage, message: error.message, hint: error.hint });
}
