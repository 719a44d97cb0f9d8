// Owns what the program panel shows and the texts that nobody has offered yet. Those survive a reload of the window. Must
// never offer anything by itself.

import { create } from 'zustand';

export interface ProgramStore {
  /** The chosen tab; null follows what is under way. */
  readonly shown: string | null;
  readonly isCompared: boolean;
  /** The operator's own program; null while there is none. */
  readonly own: string | null;
  /** The operator's changes to an open question; null while it is not edited. */
  readonly edit: { readonly proposalId: string; readonly source: string } | null;
  /** Grows when the caret should go to the editor. */
  readonly focusWish: number;
  /** A line that should be shown, once. */
  readonly lineWish: { readonly line: number; readonly number: number } | null;
}

const KEY = 'capstan.program';

function kept(): Pick<ProgramStore, 'own' | 'edit'> {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
    if (typeof found !== 'object' || found === null) return { own: null, edit: null };
    const own: unknown = Reflect.get(found, 'own');
    const edit: unknown = Reflect.get(found, 'edit');
    return { own: typeof own === 'string' ? own : null, edit: isEdit(edit) ? edit : null };
  } catch {
    // Kept by another version, or nothing can be kept here: begin with nothing.
    return { own: null, edit: null };
  }
}

function isEdit(value: unknown): value is NonNullable<ProgramStore['edit']> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'proposalId') === 'string' &&
    typeof Reflect.get(value, 'source') === 'string'
  );
}

export const useProgram = create<ProgramStore>(() => ({
  shown: null,
  isCompared: false,
  focusWish: 0,
  lineWish: null,
  ...kept(),
}));

useProgram.subscribe(({ own, edit }, before) => {
  if (own === before.own && edit === before.edit) return;
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ own, edit }));
  } catch {
    // Full or forbidden: the texts last as long as the page.
  }
});

export function showTab(id: string | null): void {
  useProgram.setState({ shown: id });
}

/** Puts the caret where the text can be changed. */
export function wishFocus(): void {
  useProgram.setState(({ focusWish }) => ({ focusWish: focusWish + 1 }));
}

/** Shows a line of a tab. */
export function wishLine(tab: string | null, line: number): void {
  useProgram.setState(({ lineWish }) => ({ shown: tab, lineWish: { line, number: (lineWish?.number ?? 0) + 1 } }));
}
