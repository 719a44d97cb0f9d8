// Owns what can be done with programs: edit and offer, write one's own, load, save, compare, and go from a line to its
// motion. Buttons, keys and the palette run these. Must never approve anything: an offer ends at the approval card.

import { actionOf, registerActions } from '../../app/actions.ts';
import { toast, useConsole } from '../../app/console-store.ts';
import { requestSession } from '../../app/session-client.ts';
import { showTab, useProgram, wishFocus } from './program-store.ts';
import { OWN_TAB, programTabs, QUESTION_TAB } from './program-tabs.ts';
import { timeOfLine } from './running-line.ts';

const NO_CONTROL = 'Another window holds control. Take control first; watching and Stop work here too.';

/** Why the session takes no decision of this window now; undefined when it does. */
export function withoutControl(): string | undefined {
  const { state, holdsLease, replayOf, session } = useConsole.getState();
  if (replayOf !== null) return 'A recording is shown. Go back to the live session first.';
  if (session.kind !== 'open') return 'This window is not connected to its session.';
  if (state?.cell == null) return 'No cell is open.';
  return holdsLease ? undefined : NO_CONTROL;
}

function notIdle(): string | undefined {
  const phase = useConsole.getState().state?.phase;
  if (phase === 'idle') return undefined;
  if (phase === 'asking') return 'A program waits for your decision. Decide about that one first.';
  if (phase === 'stopped') return 'A stop is latched. Reset it first.';
  return 'The session is busy. Wait for its end, or cancel it.';
}

function openQuestion() {
  const { state, replayOf } = useConsole.getState();
  return replayOf === null ? (state?.proposal ?? undefined) : undefined;
}

function ownEdit() {
  const { edit } = useProgram.getState();
  return edit !== null && edit.proposalId === openQuestion()?.id ? edit : undefined;
}

/** Opens the question's program for changes, and brings the panel to the front. */
function editQuestion(): void {
  const proposal = openQuestion();
  if (proposal === undefined) return;
  if (ownEdit() === undefined) useProgram.setState({ edit: { proposalId: proposal.id, source: proposal.source } });
  showTab(QUESTION_TAB);
  showProgram();
  wishFocus();
}

export function showProgram(): void {
  void actionOf('view.program')?.perform();
}

async function offerEdit(): Promise<void> {
  const proposal = openQuestion();
  const edit = ownEdit();
  if (proposal === undefined || edit === undefined) return;
  if (edit.source === proposal.source) {
    useProgram.setState({ edit: null });
    return;
  }
  const decision = { kind: 'edit', source: edit.source } as const;
  await requestSession('decide', { proposalId: proposal.id, sha256: proposal.sha256, decision });
}

async function submitOwn(): Promise<void> {
  const { own } = useProgram.getState();
  if (own === null || own.trim() === '') return;
  await requestSession('submit', { source: own });
  showTab(null);
}

/** A text of one's own to write in. @param source what it begins with */
export function openOwn(source: string): void {
  useProgram.setState({ own: source });
  showTab(OWN_TAB);
  showProgram();
  wishFocus();
}

async function openExpert(): Promise<void> {
  const { source } = await requestSession('expert', {});
  if (source === null) toast('info', 'There is no reference program for this task at this tier.');
  else openOwn(source);
}

/** The text that is in front; the panel tells. */
let front: { readonly source: string; readonly name: string; readonly caretLine: () => number } | undefined;

export function setFront(next: typeof front): void {
  front = next;
}

/** Longest program that the session takes, characters. */
const MAX_SOURCE = 200_000;

function loadFile(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.ts,.js,text/plain';
  input.addEventListener('change', async () => {
    const file = input.files?.item(0);
    if (file == null) return;
    const source = await file.text();
    if (source.length > MAX_SOURCE) {
      toast('error', `${file.name} has ${source.length} characters; a program has at most ${MAX_SOURCE}.`);
    } else openOwn(source);
  });
  input.click();
}

function saveFile(): void {
  if (front === undefined) return;
  const address = URL.createObjectURL(new Blob([front.source], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${front.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.ts`;
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Moves the shown instant to where a line of an attempt was called; says so when it was not. */
export function goToMotion(tabId: string, line: number): void {
  const { source, state, replayOf } = useConsole.getState();
  if (source === undefined) return;
  const proposal = replayOf === null ? (state?.proposal ?? null) : null;
  const tab = programTabs(source.story(), proposal).find(({ id }) => id === tabId);
  if (tab === undefined) return;
  useConsole.setState({ selection: { kind: 'line', block: tab.block, line } });
  const timeS = tab.story === undefined ? undefined : timeOfLine(tab.story, line, source.playback().cursorS);
  if (timeS === undefined) {
    if (tab.story?.startS != null)
      toast('info', `Line ${line} of ${tab.title.toLowerCase()} called nothing in the run.`);
    return;
  }
  if (source.can.seek) source.seek(timeS);
  else toast('info', 'The past of this session cannot be shown while it runs.');
}

registerActions([
  {
    id: 'program.edit',
    group: 'program',
    label: 'Edit the program that is asked about',
    keys: ['mod+shift+e'],
    unavailable: () => (openQuestion() === undefined ? 'No program waits for a decision.' : withoutControl()),
    perform: editQuestion,
  },
  {
    id: 'program.offerEdit',
    group: 'program',
    label: 'Check and preview the edited program',
    unavailable: () => (ownEdit() === undefined ? 'No program is being edited.' : withoutControl()),
    perform: offerEdit,
  },
  {
    id: 'program.discardEdit',
    group: 'program',
    label: 'Discard the changes to the program',
    unavailable: () => (ownEdit() === undefined ? 'No program is being edited.' : undefined),
    perform: () => useProgram.setState({ edit: null }),
  },
  {
    id: 'program.own',
    group: 'program',
    label: 'Write a program of your own',
    keywords: ['new', 'operator'],
    perform: () => openOwn(useProgram.getState().own ?? ''),
  },
  {
    id: 'program.submit',
    group: 'program',
    label: 'Check and preview your own program',
    unavailable: () =>
      (useProgram.getState().own ?? '').trim() === ''
        ? 'There is nothing in your own program yet.'
        : (withoutControl() ?? notIdle()),
    perform: submitOwn,
  },
  {
    id: 'program.closeOwn',
    group: 'program',
    label: 'Close your own program',
    unavailable: () => (useProgram.getState().own === null ? 'There is none.' : undefined),
    perform: () => useProgram.setState({ own: null, shown: null }),
  },
  {
    id: 'program.expert',
    group: 'program',
    label: "Open the task's reference program",
    keywords: ['expert'],
    unavailable: () => (useConsole.getState().state?.cell == null ? 'No cell is open.' : undefined),
    perform: openExpert,
  },
  {
    id: 'program.copy',
    group: 'program',
    label: 'Copy the shown program to your own',
    unavailable: () => (front === undefined ? 'No program is shown.' : undefined),
    perform: () => openOwn(front?.source ?? ''),
  },
  { id: 'program.load', group: 'program', label: 'Load a program from a file…', perform: loadFile },
  {
    id: 'program.save',
    group: 'program',
    label: 'Save the shown program to a file',
    unavailable: () => (front === undefined ? 'No program is shown.' : undefined),
    perform: saveFile,
  },
  {
    id: 'program.compare',
    group: 'program',
    label: 'Compare with the program before it',
    keywords: ['diff'],
    keys: ['alt+d'],
    checked: () => useProgram.getState().isCompared,
    perform: () => useProgram.setState(({ isCompared }) => ({ isCompared: !isCompared })),
  },
  {
    id: 'program.follow',
    group: 'program',
    label: 'Show the program that is under way',
    perform: () => showTab(null),
  },
]);
