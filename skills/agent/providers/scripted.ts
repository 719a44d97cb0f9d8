// Owns the model that answers from a list: for tests, demonstrations and rehearsals without a provider. Must never
// answer anything that is not in its list.

import { cancelled } from '../metered-model.ts';
import { type Model, ModelError, type ModelReply, type ModelRequest, NO_USAGE, type ReplyPiece } from '../model.ts';
import { estimateUsage } from '../token-estimate.ts';

/** One answer: its text, parts of a reply, a failure, or something that makes one of these from the request. */
export type ScriptedReply =
  | string
  | ({ readonly text: string } & Partial<ModelReply>)
  | ModelError
  | ((request: ModelRequest, signal: AbortSignal) => ScriptedReply | Promise<ScriptedReply>);

export interface ScriptedModel extends Model {
  /** What was asked so far. */
  readonly requests: readonly ModelRequest[];
}

/** Answers the n-th request with the n-th entry; a request after the last one fails with BAD_REQUEST. */
export function scriptedModel(
  replies: readonly ScriptedReply[],
  options: { readonly name?: string; readonly seesImages?: boolean; readonly takesTemperature?: boolean } = {},
): ScriptedModel {
  const requests: ModelRequest[] = [];
  return {
    name: options.name ?? 'scripted',
    seesImages: options.seesImages ?? true,
    takesTemperature: options.takesTemperature ?? true,
    requests,
    async ask(request, onPiece, signal) {
      if (signal.aborted) throw cancelled();
      requests.push(request);
      let entry = replies[requests.length - 1];
      while (typeof entry === 'function') entry = await untilAborted(entry(request, signal), signal);
      if (entry === undefined) {
        throw new ModelError(
          'BAD_REQUEST',
          `The scripted model has no more replies: it was asked ${requests.length} times and knows ${replies.length}.`,
          'Give it more replies, or end the session earlier.',
          { usage: NO_USAGE },
        );
      }
      if (entry instanceof ModelError) throw entry;
      return plainReply(request, typeof entry === 'string' ? { text: entry } : entry, onPiece);
    },
  };
}

/** A reply that takes no time and is counted by its length, given as one piece each of reasoning and text. */
export function plainReply(
  request: ModelRequest,
  given: { readonly text: string } & Partial<ModelReply>,
  onPiece: (piece: ReplyPiece) => void,
): ModelReply {
  const { text, reasoning = '' } = given;
  if (reasoning !== '') onPiece({ kind: 'reasoning', text: reasoning });
  if (text !== '') onPiece({ kind: 'text', text });
  const usage = estimateUsage(request, text, reasoning);
  return { reasoning, usage, requestId: null, firstPieceS: 0, durationS: 0, retries: 0, ...given };
}

/** @throws ModelError CANCELLED as soon as the signal fires */
function untilAborted<T>(work: T | Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = () =>
      reject(new ModelError('CANCELLED', 'The request was cancelled.', 'Ask again when you want to go on.'));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}
