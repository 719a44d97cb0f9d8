// Owns which panels the shell was given. They come in a file of their own, after the strip with Stop stands: a panel that
// cannot even be loaded must not take that with it. The shell knows panels by this list alone and must never import one.

import { create } from 'zustand';
import type { PanelDefinition, PanelId } from '../panels/panel.ts';

/** Undefined until they have been loaded. */
export const usePanelList = create<{ readonly panels: readonly PanelDefinition[] | undefined }>(() => ({
  panels: undefined,
}));

export function installPanels(panels: readonly PanelDefinition[]): void {
  usePanelList.setState({ panels });
}

export function allPanels(): readonly PanelDefinition[] {
  return usePanelList.getState().panels ?? [];
}

export function panelOf(id: PanelId): PanelDefinition | undefined {
  return allPanels().find((panel) => panel.id === id);
}
