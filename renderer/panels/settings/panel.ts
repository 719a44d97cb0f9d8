// Owns the entry of the settings in the list of panels.

import type { PanelDefinition } from '../panel.ts';
import { SettingsPanel } from './SettingsPanel.tsx';

export const SETTINGS: PanelDefinition = {
  id: 'settings',
  title: 'Settings',
  minWidthPx: 320,
  minHeightPx: 200,
  Component: SettingsPanel,
};
