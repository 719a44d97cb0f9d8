// Owns the entry of the viewport in the list of panels.

import type { PanelDefinition } from '../panel.ts';
import { Viewport } from './Viewport.tsx';

export const VIEWPORT: PanelDefinition = {
  id: 'viewport',
  title: 'Scene',
  minWidthPx: 280,
  minHeightPx: 220,
  Component: Viewport,
};
