// Owns whether the palette is open, and how well an action fits what was typed. Must never know the page.

import { create } from 'zustand';
import type { Action } from './actions.ts';

export interface PaletteStore {
  readonly open: boolean;
  /** What is done once the palette has closed. */
  readonly chosen: Action | null;
}

export const usePalette = create<PaletteStore>(() => ({ open: false, chosen: null }));

export function openPalette(): void {
  usePalette.setState({ open: true, chosen: null });
}

export function closePalette(): void {
  usePalette.setState({ open: false });
}

export function choose(action: Action): void {
  usePalette.setState({ open: false, chosen: action });
}

/** What was chosen, once. */
export function takeChosen(): Action | null {
  const { chosen } = usePalette.getState();
  usePalette.setState({ chosen: null });
  return chosen;
}

/**
 * How well letters fit a text, all of them in order: more for beginnings of words and for letters side by side;
 * undefined when one is missing.
 */
export function fuzzyScore(typed: string, text: string): number | undefined {
  const wanted = typed.toLowerCase().replaceAll(/\s+/g, '');
  const within = text.toLowerCase();
  let score = 0;
  let at = -1;
  for (const letter of wanted) {
    const found = within.indexOf(letter, at + 1);
    if (found < 0) return undefined;
    const isStart = found === 0 || !/[\p{L}\p{N}]/u.test(within[found - 1]);
    if (found === at + 1) score += 3;
    if (isStart) score += 4;
    score -= Math.min(found - at - 1, 8) * 0.2;
    at = found;
  }
  return score - text.length * 0.01;
}

/** Actions that fit, the best first; what cannot be done now comes after what can. */
export function findActions(actions: readonly Action[], typed: string): readonly Action[] {
  const scored = actions.flatMap((action) => {
    const texts = [action.label, ...(action.keywords ?? [])];
    const scores = texts.map((text) => fuzzyScore(typed, text)).filter((score) => score !== undefined);
    if (scores.length === 0) return [];
    const blocked = action.unavailable?.() === undefined ? 0 : 1;
    // With nothing typed they stay in the order in which they are grouped.
    return [{ action, score: typed.trim() === '' ? 0 : Math.max(...scores), blocked }];
  });
  const order = new Map(actions.map((action, index) => [action, index]));
  scored.sort((a, b) => a.blocked - b.blocked || b.score - a.score || order.get(a.action)! - order.get(b.action)!);
  return scored.map(({ action }) => action);
}
