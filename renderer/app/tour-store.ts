// Owns the first minute: the cell that the very first start opens by itself, and the tour, which is shown once and again
// on request. Must never start a second time by itself, nor move anything.

import { create } from 'zustand';
import type { PanelId } from '../panels/panel.ts';
import { FIRST_CHOICE, openCell } from './cell-choice.ts';
import { useConsole } from './console-store.ts';
import { readKept, writeKept } from './kept.ts';

const OPENED_KEY = 'capstan.first-cell.1';
const SEEN_KEY = 'capstan.tour.1';

export interface TourStep {
  readonly title: string;
  readonly words: string;
  /** What it points at: a panel, or an element of the strip. */
  readonly at: { readonly panel: PanelId } | { readonly selector: string };
  /** An action that may be done from here. */
  readonly action?: string;
}

export const TOUR: readonly TourStep[] = [
  {
    title: 'The cell',
    words:
      'A simulated Panda and a cube to lift. Drag to look around, scroll to come nearer. Nothing moves until you approve a program.',
    at: { panel: 'viewport' },
  },
  {
    title: 'Programs move the arm',
    words:
      'A program is a short piece of TypeScript. Here the expert of the task writes it; a model or you can as well. One press shows the first one.',
    at: { panel: 'program' },
    action: 'session.next-program',
  },
  {
    title: 'You decide',
    words:
      'Every program is checked and tried in a twin first. The card shows what it would do, from that run. Approve it, edit it or reject it: nothing approves itself.',
    at: { panel: 'approval' },
  },
  {
    title: 'Stop, always',
    words:
      'One press, or its keys in any field and any dialog. It is a software stop, not an emergency stop. After it you reset, deliberately.',
    at: { selector: '.stop-button' },
  },
  {
    title: 'Everything is kept',
    words:
      'Calls, approvals, stops and pictures lie on the timeline. Go back to any moment; the line of the program that ran then is lit.',
    at: { panel: 'timeline' },
  },
];

export interface TourStore {
  /** Index of the step that is shown; null when the tour is not. */
  readonly step: number | null;
}

export const useTour = create<TourStore>(() => ({ step: null }));

export function startTour(): void {
  useTour.setState({ step: 0 });
}

export function goToStep(step: number): void {
  useTour.setState({ step: Math.max(0, Math.min(TOUR.length - 1, step)) });
}

export function endTour(): void {
  writeKept(SEEN_KEY, 'seen');
  useTour.setState({ step: null });
}

/** Once, at start. */
export function startFirstMinute(): void {
  let isInUse = false;
  const look = () => {
    const { state, session } = useConsole.getState();
    if (session.kind !== 'open' || state === undefined) return;
    if (state.phase === 'empty' && readKept(OPENED_KEY) === undefined) {
      writeKept(OPENED_KEY, 'opened');
      void openCell(FIRST_CHOICE);
    }
    // Whoever comes to a console in use has not come for a tour.
    isInUse ||= state.lastBlock !== null || !['empty', 'opening', 'idle'].includes(state.phase);
    if (isInUse || state.phase !== 'idle' || readKept(SEEN_KEY) !== undefined) return;
    if (useTour.getState().step === null) startTour();
  };
  useConsole.subscribe((now, before) => {
    if (now.state?.phase !== before.state?.phase || now.session.kind !== before.session.kind) look();
  });
  look();
}
