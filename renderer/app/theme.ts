// Owns light, dark or what the system says. Kept in this browser.

import { create } from 'zustand';
import { readKept, writeKept } from './kept.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'capstan.theme';

interface ThemeStore {
  readonly theme: Theme;
  /** What is drawn. */
  readonly shown: 'light' | 'dark';
}

const prefersDark = globalThis.matchMedia?.('(prefers-color-scheme: dark)');

function shownFor(theme: Theme): 'light' | 'dark' {
  if (theme !== 'system') return theme;
  return prefersDark?.matches === true ? 'dark' : 'light';
}

function kept(): Theme {
  const found = readKept(KEY);
  return THEMES.find((theme) => theme === found) ?? 'system';
}

export const useTheme = create<ThemeStore>(() => ({ theme: kept(), shown: shownFor(kept()) }));

export function setTheme(theme: Theme): void {
  writeKept(KEY, theme);
  useTheme.setState({ theme, shown: shownFor(theme) });
}

/** Once, at start, before anything is drawn. */
export function startTheme(): void {
  const show = () => {
    document.documentElement.dataset.theme = useTheme.getState().shown;
  };
  show();
  useTheme.subscribe(show);
  prefersDark?.addEventListener('change', () => {
    const { theme } = useTheme.getState();
    useTheme.setState({ theme, shown: shownFor(theme) });
  });
}
