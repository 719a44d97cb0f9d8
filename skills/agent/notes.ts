// Owns the notes of a rig: what was learned about it, in a few words that a person wrote and can change. Must never be
// more than words: they approve, end and judge nothing.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

export interface RigNotes {
  readonly text: string;
  /** SHA-256 of the text as it was read, hexadecimal: records tell with it which notes a model saw. */
  readonly sha256: string;
}

/** Notes are shown with every request: longer ones would crowd out the task (characters). */
export const LONGEST_NOTES = 4000;

export class NotesError extends Error {
  override readonly name = 'NotesError';
}

/**
 * Notes as a file holds them; undefined when it holds none.
 * @param path for the message
 * @throws NotesError when they are too long
 */
export function readNotes(text: string, path: string): RigNotes | undefined {
  if (text.trim() === '') return undefined;
  if (text.length > LONGEST_NOTES) {
    throw new NotesError(
      `${path} has ${text.length} characters; notes have at most ${LONGEST_NOTES}. Keep what a writer of programs must know, or leave the notes out with --no-notes.`,
    );
  }
  return { text: text.trim(), sha256: bytesToHex(sha256(utf8ToBytes(text))) };
}
