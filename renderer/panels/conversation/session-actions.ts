// Owns what the operator asks of the session in the conversation: a program that undoes, a judgement, a cancel, and the
// way into the box. Buttons, keys and the palette run these. Must never send an instruction that nobody has written.

import { actionOf, registerActions } from '../../app/actions.ts';
import { toast, useConsole } from '../../app/console-store.ts';
import { requestSession } from '../../app/session-client.ts';
import { withoutControl } from '../program/program-actions.ts';

/** Why nothing new can be begun now; undefined when it can. */
export function whyNotBegin(): string | undefined {
  const control = withoutControl();
  if (control !== undefined) return control;
  switch (useConsole.getState().state?.phase) {
    case 'idle':
      return undefined;
    case 'asking':
      return 'A program waits for your decision. Decide about that one first.';
    case 'stopped':
      return 'A stop is latched. Reset it first.';
    case 'running':
      return 'A program runs. Wait for its end, or stop it.';
    default:
      return 'The session is busy. Wait for its end, or cancel it.';
  }
}

async function judge(): Promise<void> {
  const { success, message } = await requestSession('judge', {});
  toast('info', `${success ? 'The goal holds.' : 'The goal does not hold.'} ${message}`);
}

let focusBox: () => void = () => undefined;

/** The box tells how to get into it. */
export function setFocusBox(focus: () => void): void {
  focusBox = focus;
}

registerActions([
  {
    id: 'session.write',
    group: 'session',
    label: 'Write to the author of programs',
    keywords: ['instruction', 'remark', 'chat'],
    keys: ['alt+i'],
    perform: () => {
      void actionOf('view.conversation')?.perform();
      focusBox();
    },
  },
  {
    id: 'session.undo',
    group: 'session',
    label: 'Propose a program that puts things back',
    keywords: ['undo'],
    unavailable: whyNotBegin,
    perform: async () => {
      await requestSession('proposeUndo', {});
    },
  },
  {
    id: 'session.judge',
    group: 'session',
    label: 'Judge the goal now',
    unavailable: whyNotBegin,
    perform: judge,
  },
  {
    id: 'session.cancel',
    group: 'session',
    label: 'Cancel what is under way',
    unavailable: () =>
      useConsole.getState().state?.work?.cancellable === true
        ? withoutControl()
        : 'Nothing is under way that could be cancelled. A running block is ended by Stop alone.',
    perform: async () => {
      await requestSession('cancel', {});
    },
  },
]);
