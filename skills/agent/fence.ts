// Owns the one way in which words that nobody of ours wrote reach a model: printed output, errors, names, notes, skills,
// descriptions of pictures, remarks. Must never let such words look like ours: they cannot end their own fence.
//
// A fence names what it holds and an id that does not occur in it. The id is a hash, not a random number: the same
// conversation gives the same request, which the replay of recorded replies needs.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** Hex digits of an id: enough that no text holds its own by chance or by trying. */
const ID_DIGITS = 12;

/** Characters that hide, turn round or overprint what a reader sees: shown as their numbers. Line ends and tabs may stay. */
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are the ones that are meant
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]|[\u{e0000}-\u{e007f}]/gu;

/** What a fence may hold; the prompt tells the model which of them are wishes of the operator. */
export type FenceKind =
  | 'instruction'
  | 'operator'
  | 'objects'
  | 'description'
  | 'check'
  | 'program'
  | 'question'
  | 'preview'
  | 'run'
  | 'stop'
  | 'critics'
  | 'skills'
  | 'notes'
  | 'summary';

/** The text between two lines that it cannot hold. An instruction stays as it is, in whatever script; all else is made visible. */
export function fence(kind: FenceKind, text: string): string {
  const shown = kind === 'instruction' ? text : visible(text);
  let id = '';
  for (let salt = 0; id === '' || shown.includes(id); salt++) {
    id = bytesToHex(sha256(utf8ToBytes(`${kind} ${salt} ${shown}`))).slice(0, ID_DIGITS);
  }
  return `<data kind="${kind}" id="${id}">\n${shown}\n</data id="${id}">`;
}

/** The text with every character to be seen; line ends are "\n". */
export function visible(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(INVISIBLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
