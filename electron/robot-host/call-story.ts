// Owns what a session is told of a finished call: the message of the episode, with long lists and texts outlined. An
// image's pixels are for the episode; nobody reads them in a report. Must never change a short value.

import { isPackedList } from '../../skills/sandbox/packed-json.ts';
import type { CallRecord } from '../session/cell.ts';
import { callMessage } from './cell-recorder.ts';

/** Lists and objects up to this many entries are told whole. */
const WHOLE_ENTRIES = 64;
/** Texts up to this many characters are told whole. */
const WHOLE_CHARACTERS = 2000;

export function callStory(call: CallRecord): ReturnType<typeof callMessage> {
  const message = callMessage(call);
  const args = message.arguments.map(outlined);
  return message.outcome === 'returned'
    ? { ...message, arguments: args, result: outlined(message.result) }
    : { ...message, arguments: args };
}

/** A value whose long parts are replaced by words about them. */
export function outlined(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.length <= WHOLE_CHARACTERS
      ? value
      : `${value.slice(0, WHOLE_CHARACTERS)}… (${value.length} characters)`;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return value.length <= WHOLE_ENTRIES ? value.map(outlined) : `(a list of ${value.length})`;
  }
  if (isPackedList(value)) return '(a list of numbers)';
  const entries = Object.entries(value).slice(0, WHOLE_ENTRIES);
  return Object.fromEntries(entries.map(([key, entry]) => [key, outlined(entry)]));
}
