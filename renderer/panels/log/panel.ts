// Owns the log's entry in the list of panels.

import type { PanelDefinition } from '../panel.ts';
import './log.css';
import { LogPanel } from './LogPanel.tsx';

export const LOG: PanelDefinition = { id: 'log', title: 'Log', minWidthPx: 260, minHeightPx: 120, Component: LogPanel };
