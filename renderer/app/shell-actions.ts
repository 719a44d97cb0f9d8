// Owns the actions of the shell itself: layouts, panels, theme, palette, help, control.

import type { PanelDefinition } from '../panels/panel.ts';
import { type Action, registerActions } from './actions.ts';
import { releaseLease, takeLease } from './cell-client.ts';
import { useConsole } from './console-store.ts';
import { chooseLayout, focusPlace, isPanelShown, resetLayout, showPanel, useDock } from './dock-store.ts';
import { openKeyHelp } from './KeyHelp.tsx';
import { LAYOUT_NAMES, LAYOUT_TITLES } from './layouts.ts';
import { openPalette } from './palette-store.ts';
import { openResetDialog } from './reset-store.ts';
import { setTheme, THEMES, type Theme, useTheme } from './theme.ts';
import { startTour } from './tour-store.ts';

const THEME_WORDS: Readonly<Record<Theme, string>> = {
  system: 'Theme: as the system',
  light: 'Theme: light',
  dark: 'Theme: dark',
};

export const THEME_ACTIONS: readonly string[] = THEMES.map((theme) => `theme.${theme}`);

function layoutActions(): Action[] {
  return LAYOUT_NAMES.map((name, index) => ({
    id: `layout.${name}`,
    group: 'layout',
    label: `Layout: ${LAYOUT_TITLES[name]}`,
    keys: [`alt+${index + 1}`],
    checked: () => useDock.getState().layout === name,
    perform: () => chooseLayout(name),
  }));
}

/** Once, when the panels are there. */
export function registerPanelActions(panels: readonly PanelDefinition[]): void {
  registerActions(
    panels.map(({ id, title }) => ({
      id: `view.${id}`,
      group: 'view',
      label: id === 'settings' ? 'Settings' : `Show ${title.toLowerCase()}`,
      keywords: [title, 'panel'],
      checked: () => isPanelShown(id),
      ...(id === 'settings' ? { keys: ['mod+,'] } : {}),
      perform: () => showPanel(id),
    })),
  );
}

function themeActions(): Action[] {
  return THEMES.map((theme) => ({
    id: `theme.${theme}`,
    group: 'view',
    label: THEME_WORDS[theme],
    keywords: ['appearance', 'colours'],
    checked: () => useTheme.getState().theme === theme,
    perform: () => setTheme(theme),
  }));
}

/** Why control cannot be taken now. */
function whyNoLease(): string | undefined {
  const { cellStatus, holdsLease } = useConsole.getState();
  if (cellStatus === undefined) return 'No cell is open.';
  return holdsLease ? 'This window holds control already.' : undefined;
}

/** Once, at start. */
export function startShellActions(): void {
  registerActions([
    ...layoutActions(),
    {
      id: 'layout.reset',
      group: 'layout',
      label: 'Reset layout',
      keywords: ['panels', 'default'],
      perform: resetLayout,
    },
    ...themeActions(),
    { id: 'view.palette', group: 'view', label: 'Find an action…', keys: ['mod+k'], perform: openPalette },
    {
      id: 'help.tour',
      group: 'help',
      label: 'Take the tour again',
      keywords: ['first minute', 'introduction'],
      perform: startTour,
    },
    {
      id: 'help.keys',
      group: 'help',
      label: 'Keys…',
      keywords: ['shortcuts', 'keyboard'],
      keys: ['?'],
      perform: openKeyHelp,
    },
    {
      id: 'layout.next-place',
      group: 'layout',
      label: 'Go to the next place of the layout',
      keys: ['F6'],
      perform: () => focusPlace(1),
    },
    {
      id: 'layout.previous-place',
      group: 'layout',
      label: 'Go to the place before',
      keys: ['shift+F6'],
      perform: () => focusPlace(-1),
    },
    {
      id: 'robot.reset',
      group: 'robot',
      label: 'Reset after a stop…',
      keywords: ['latch', 'clear'],
      unavailable: () => ((useConsole.getState().cellStatus?.stops.length ?? 0) > 0 ? undefined : 'No stop stands.'),
      perform: openResetDialog,
    },
    {
      id: 'robot.take-control',
      group: 'robot',
      label: 'Take control',
      keywords: ['lease'],
      unavailable: whyNoLease,
      perform: async () => {
        await takeLease((useConsole.getState().cellStatus?.lease ?? null) !== null);
      },
    },
    {
      id: 'robot.release-control',
      group: 'robot',
      label: 'Release control',
      keywords: ['lease'],
      unavailable: () => (useConsole.getState().holdsLease ? undefined : 'This window does not hold control.'),
      perform: releaseLease,
    },
  ]);
}
