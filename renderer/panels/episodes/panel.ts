// Owns the library's entry in the list of panels.

import type { PanelDefinition } from '../panel.ts';
import './episode-actions.ts';
import './episodes.css';
import { EpisodesPanel } from './EpisodesPanel.tsx';

export const EPISODES: PanelDefinition = {
  id: 'episodes',
  title: 'Episodes',
  minWidthPx: 240,
  minHeightPx: 160,
  Component: EpisodesPanel,
};
