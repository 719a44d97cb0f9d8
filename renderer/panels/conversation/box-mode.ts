// Owns what the box of the conversation is for at this moment: an instruction, a remark, or nothing, and why. Pure.

import type { ConsoleState } from '../../../electron/ipc/console-contract.ts';

export type BoxMode =
  | { readonly kind: 'instruct'; readonly placeholder: string; readonly button: string }
  | { readonly kind: 'remark'; readonly placeholder: string; readonly button: string }
  | { readonly kind: 'closed'; readonly why: string };

/** @param withoutControl why this window has no say; undefined when it has */
export function boxMode(state: ConsoleState | undefined, withoutControl: string | undefined): BoxMode {
  if (state?.cell == null) return { kind: 'closed', why: 'Open a cell to write to the author of its programs.' };
  if (withoutControl !== undefined) return { kind: 'closed', why: withoutControl };
  const { writer } = state.cell.choice;
  switch (state.phase) {
    case 'idle':
      if (writer.kind === 'operator') {
        return { kind: 'closed', why: 'You write the programs of this cell yourself, in the program panel.' };
      }
      return {
        kind: 'instruct',
        placeholder: state.cell.instruction,
        button: writer.kind === 'expert' ? 'Ask' : 'Send',
      };
    case 'running':
    case 'writing':
    case 'checking':
    case 'previewing':
      return {
        kind: 'remark',
        placeholder: 'A remark: its author reads it with what comes of this block',
        button: 'Remark',
      };
    case 'asking':
      return { kind: 'closed', why: 'Decide about the program first. A rejection takes words for its author.' };
    case 'stopped':
      return { kind: 'closed', why: 'A stop is latched. Reset it, then write.' };
    default:
      return { kind: 'closed', why: 'The session is not ready for words yet.' };
  }
}

/** A text with a name put in at the caret, with spaces where they are needed. */
export function withName(text: string, at: number, name: string): { readonly text: string; readonly caret: number } {
  const [before, after] = [text.slice(0, at), text.slice(at)];
  const lead = before === '' || /\s$/.test(before) ? '' : ' ';
  const tail = /^\s/.test(after) || after === '' ? '' : ' ';
  const head = `${before}${lead}${name}${tail}`;
  return { text: head + after, caret: head.length };
}
