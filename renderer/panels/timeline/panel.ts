// Owns the timeline's entry in the list of panels.

import type { PanelDefinition } from '../panel.ts';
import './replay-actions.ts';
import './timeline.css';
import { TimelinePanel } from './TimelinePanel.tsx';

export const TIMELINE: PanelDefinition = {
  id: 'timeline',
  title: 'Timeline',
  minWidthPx: 320,
  minHeightPx: 140,
  Component: TimelinePanel,
};
