// Owns the record of what models were asked and answered: one message per request, for the episode, and the digest by
// which a request is known again. Must never hold a key: names and requests have none.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { ModelMessage } from '../../drivers/episode/messages.ts';
import { canonicalJson } from '../../drivers/gate/canonical-json.ts';
import { toBase64 } from '../perception/base64.ts';
import type { MeteredModel, MeteredReply } from './metered-model.ts';
import { type ImagePart, ModelError, type ModelRequest } from './model.ts';

export type RecordedRequest = ModelMessage['request'];

/** Numbers the requests of one episode over all its models. */
export interface ModelLog {
  /** The same model, whose requests are written down. */
  recorded(model: MeteredModel): MeteredModel;
}

/** @param write called once for each request when it has ended, well or not; may not throw */
export function createModelLog(write: (message: ModelMessage) => void): ModelLog {
  const known = new Set<string>();
  let calls = 0;
  return {
    recorded: (model) => ({
      name: model.name,
      seesImages: model.seesImages,
      get takesTemperature() {
        return model.takesTemperature;
      },
      async ask(request, onPiece, signal) {
        const call = calls++;
        const written = (outcome: Pick<ModelMessage, 'reply' | 'costUsd' | 'retries' | 'error'>) => {
          const images = newImages(request, known);
          const { purpose } = request;
          write({
            call,
            purpose,
            model: model.name,
            request: recordedRequest(model.name, request),
            images,
            ...outcome,
          });
        };
        try {
          const reply = await model.ask(request, onPiece, signal);
          written({ reply: recordedReply(reply), costUsd: reply.costUsd, retries: reply.retries });
          return reply;
        } catch (error) {
          if (error instanceof ModelError) {
            const { code, message, hint, requestId, usage, retries } = error;
            written({ costUsd: null, retries, error: { code, message, hint, requestId, usage } });
          }
          throw error;
        }
      },
    }),
  };
}

/** The request as it stands in a record; its digest covers the model's name too. */
export function recordedRequest(model: string, request: ModelRequest): RecordedRequest {
  const { purpose, system, temperature, maxOutputTokens } = request;
  const messages = request.messages.map(({ role, parts }) => ({
    role,
    parts: parts.map((part) =>
      part.kind === 'text'
        ? { kind: part.kind, text: part.text, ...(part.stable ? { stable: part.stable } : {}) }
        : { kind: part.kind, mediaType: part.mediaType, sha256: digestOf(part.bytes) },
    ),
  }));
  const asked = { system, messages, ...(temperature === undefined ? {} : { temperature }), maxOutputTokens };
  const sha256 = digestOf(new TextEncoder().encode(canonicalJson({ model, purpose, ...asked })));
  return { sha256, ...asked };
}

function recordedReply({ text, reasoning, usage, requestId, firstPieceS, durationS }: MeteredReply) {
  return { text, reasoning, usage, requestId, firstPieceS, durationS };
}

function newImages({ messages }: ModelRequest, known: Set<string>): ModelMessage['images'] {
  const images: ModelMessage['images'][number][] = [];
  for (const part of messages.flatMap(({ parts }) => parts)) {
    if (part.kind === 'text') continue;
    const sha256 = digestOf(part.bytes);
    if (known.has(sha256)) continue;
    known.add(sha256);
    images.push({ sha256, mediaType: part.mediaType, base64: toBase64(part.bytes) });
  }
  return images;
}

const digests = new WeakMap<ImagePart['bytes'], string>();

/** SHA-256, hexadecimal; the same bytes stand in many requests and are hashed once. */
function digestOf(bytes: Uint8Array): string {
  const known = digests.get(bytes);
  if (known !== undefined) return known;
  const digest = bytesToHex(sha256(bytes));
  digests.set(bytes, digest);
  return digest;
}
