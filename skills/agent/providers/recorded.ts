// Owns the models that answer again what an episode recorded: byte for byte, with no key and no network. A request is
// known by its digest; one that was never asked is an error that says where it differs. Must never make up a reply.

import type { ModelMessage } from '../../../drivers/episode/messages.ts';
import { cancelled } from '../metered-model.ts';
import { MODEL_ERROR_CODES, type Model, ModelError, type ModelErrorCode, NO_USAGE } from '../model.ts';
import { type RecordedRequest, recordedRequest } from '../model-record.ts';

export interface RecordedModels {
  /** Full names of the models that were asked. */
  readonly names: readonly string[];
  /** The stand-in of one of them; it has the name of the model it stands for. */
  open(name: string): Model;
  /** Recorded requests that were not asked again so far. */
  left(): number;
}

/** @param messages of `/model`, in any order */
export function recordedModels(messages: readonly ModelMessage[]): RecordedModels {
  const left = [...messages].sort((a, b) => a.call - b.call);
  const names = [...new Set(left.map(({ model }) => model))];
  return {
    names,
    left: () => left.length,
    open: (name) => ({
      name,
      seesImages: true,
      async ask(request, onPiece, signal) {
        if (signal.aborted) throw cancelled();
        const asked = recordedRequest(name, request);
        // Requests that were sent at the same time may come in another order now; equal ones keep theirs.
        const at = left.findIndex((message) => message.model === name && message.request.sha256 === asked.sha256);
        if (at < 0)
          throw unknownRequest(
            asked,
            name,
            left.find(({ model }) => model === name),
          );
        const [{ reply, error, retries }] = left.splice(at, 1);
        if (reply === undefined) throw recordedFailure(error);
        if (reply.reasoning !== '') onPiece({ kind: 'reasoning', text: reply.reasoning });
        onPiece({ kind: 'text', text: reply.text });
        return { ...reply, retries };
      },
    }),
  };
}

function recordedFailure(error: ModelMessage['error']): ModelError {
  const code: ModelErrorCode = MODEL_ERROR_CODES.find((known) => known === error?.code) ?? 'MALFORMED';
  const { message = 'The record holds no reply.', hint = '', requestId = null, usage } = error ?? {};
  return new ModelError(code, message, hint, { requestId, ...(usage === undefined ? {} : { usage }) });
}

function unknownRequest(asked: RecordedRequest, name: string, next: ModelMessage | undefined): ModelError {
  const why =
    next === undefined
      ? `all recorded replies of ${name} are used`
      : `request ${next.call} was recorded with ${difference(next.request, asked)}`;
  return new ModelError(
    'BAD_REQUEST',
    `The episode holds no reply to this request: ${why}.`,
    'Replay with the version of Capstan, the task and the settings of the recording, or ask a model.',
    { usage: NO_USAGE },
  );
}

/** Where two requests first differ, in words. */
export function difference(recorded: RecordedRequest, asked: RecordedRequest): string {
  const lengths = `${recorded.messages.length} messages, now ${asked.messages.length}`;
  if (recorded.system !== asked.system)
    return `another system prompt: ${textDifference(recorded.system, asked.system)}`;
  for (const [m, message] of asked.messages.entries()) {
    const then = recorded.messages[m];
    if (then === undefined) return lengths;
    const place = `another message ${m + 1}`;
    if (then.role !== message.role) return `${place}: from the ${then.role}, now from the ${message.role}`;
    for (const [p, part] of message.parts.entries()) {
      const before = then.parts[p];
      const where = `${place}, part ${p + 1}`;
      if (before === undefined || before.kind !== part.kind) {
        return `${where}: ${before === undefined ? 'nothing' : `of kind ${before.kind}`}, now of kind ${part.kind}`;
      }
      if (before.kind === 'text' && part.kind === 'text' && before.text !== part.text) {
        return `${where}: ${textDifference(before.text, part.text)}`;
      }
      if (before.kind === 'image' && part.kind === 'image' && before.sha256 !== part.sha256) {
        return `${where}: another image`;
      }
    }
    if (then.parts.length !== message.parts.length) {
      return `${place}: ${then.parts.length} parts, now ${message.parts.length}`;
    }
  }
  if (recorded.messages.length !== asked.messages.length) return lengths;
  if (recorded.temperature !== asked.temperature) {
    return `temperature ${recorded.temperature ?? 'unset'}, now ${asked.temperature ?? 'unset'}`;
  }
  if (recorded.maxOutputTokens !== asked.maxOutputTokens) {
    return `at most ${recorded.maxOutputTokens} tokens, now ${asked.maxOutputTokens}`;
  }
  return 'another purpose';
}

/** Longest quotation of a line, characters. */
const QUOTED = 80;

function textDifference(recorded: string, asked: string): string {
  const before = recorded.split('\n');
  const now = asked.split('\n');
  const line = now.findIndex((text, i) => text !== before[i]);
  const at = line < 0 ? now.length : line;
  const quote = (text: string | undefined) => (text === undefined ? 'nothing' : JSON.stringify(text.slice(0, QUOTED)));
  return `line ${at + 1} was ${quote(before[at])}, now ${quote(now[at])}`;
}
