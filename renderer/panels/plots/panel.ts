// Owns the plots' entry in the list of panels.

import 'uplot/dist/uPlot.min.css';
import type { PanelDefinition } from '../panel.ts';
import './plots.css';
import { PlotsPanel } from './PlotsPanel.tsx';

export const PLOTS: PanelDefinition = {
  id: 'plots',
  title: 'Plots',
  minWidthPx: 280,
  minHeightPx: 180,
  Component: PlotsPanel,
};
