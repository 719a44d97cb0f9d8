// Owns the guess how many tokens a request or a reply is, made before anyone counts. Guesses high rather than low: caps
// are kept with it. Must never stand in for a provider's count where there is one.

import type { ImagePart, ModelRequest, TokenUsage } from './model.ts';

/** Code and prose in English are 3.5 to 4.5 bytes of UTF-8 a token, Chinese about 3 (measured by the vendors' counters). */
const BYTES_PER_TOKEN = 3;
/** Role marks and separators around a message, tokens. */
const MESSAGE_TOKENS = 8;
/** Vendors charge about width x height / 750; smaller pictures are charged a base of some hundred. */
const PIXELS_PER_TOKEN = 500;
const LEAST_IMAGE_TOKENS = 400;
/** The most any vendor charges for one picture, after scaling it down. */
const MOST_IMAGE_TOKENS = 5000;

const encoder = new TextEncoder();

export function estimateTextTokens(text: string): number {
  return Math.ceil(encoder.encode(text).length / BYTES_PER_TOKEN);
}

export function estimateInputTokens({ system, messages }: Pick<ModelRequest, 'system' | 'messages'>): number {
  let tokens = estimateTextTokens(system) + MESSAGE_TOKENS;
  for (const { parts } of messages) {
    tokens += MESSAGE_TOKENS;
    for (const part of parts) tokens += part.kind === 'text' ? estimateTextTokens(part.text) : imageTokens(part);
  }
  return tokens;
}

/** For a provider that counted nothing. */
export function estimateUsage(request: ModelRequest, text: string, reasoning: string): TokenUsage {
  return {
    inputTokens: estimateInputTokens(request),
    cachedInputTokens: 0,
    outputTokens: estimateTextTokens(text) + estimateTextTokens(reasoning),
    estimated: true,
  };
}

function imageTokens({ mediaType, bytes }: ImagePart): number {
  // PNG: width and height stand at bytes 16 and 20 (IHDR is always first). A JPEG counts as the largest picture.
  if (mediaType !== 'image/png' || bytes.length < 24) return MOST_IMAGE_TOKENS;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pixels = view.getUint32(16) * view.getUint32(20);
  return Math.min(MOST_IMAGE_TOKENS, Math.max(LEAST_IMAGE_TOKENS, Math.ceil(pixels / PIXELS_PER_TOKEN)));
}
