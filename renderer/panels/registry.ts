// Owns the list of panels that the layout can hold. One line each; a panel that is not here does not exist.

import type { PanelDefinition, PanelId } from './panel.ts';
import { SETTINGS } from './settings/panel.ts';
import { VIEWPORT } from './viewport/panel.ts';

export const PANELS: readonly PanelDefinition[] = [VIEWPORT, SETTINGS];

export function panelOf(id: PanelId): PanelDefinition | undefined {
  return PANELS.find((panel) => panel.id === id);
}
