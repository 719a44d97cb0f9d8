// Owns the cameras' entry in the list of panels.

import type { PanelDefinition } from '../panel.ts';
import './cameras.css';
import { CamerasPanel } from './CamerasPanel.tsx';

export const CAMERAS: PanelDefinition = {
  id: 'cameras',
  title: 'Cameras',
  minWidthPx: 240,
  minHeightPx: 160,
  Component: CamerasPanel,
};
