// Owns bytes as base64 text, in Node and browsers alike. Must never decode what is inside.

import { PerceptionError } from './detector.ts';

/** Arguments that one call takes in any JavaScript engine. */
const CHUNK = 8192;

export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += CHUNK) parts.push(String.fromCharCode(...bytes.subarray(i, i + CHUNK)));
  return btoa(parts.join(''));
}

/** @throws PerceptionError SERVER_ANSWER for a text that is not base64 */
export function fromBase64(text: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text);
  } catch (cause) {
    throw new PerceptionError(
      'SERVER_ANSWER',
      'the server sent bytes that are not base64',
      'Check that the server has the version this client was written for.',
      { cause },
    );
  }
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
