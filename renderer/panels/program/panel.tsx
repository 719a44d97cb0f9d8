// Owns the program panel's entry in the list of panels.

import type { PanelDefinition } from '../panel.ts';
import './program-actions.ts';
import './program.css';
import { ProgramPanel } from './ProgramPanel.tsx';

export const PROGRAM: PanelDefinition = {
  id: 'program',
  title: 'Program',
  minWidthPx: 260,
  minHeightPx: 160,
  Component: ProgramPanel,
};
