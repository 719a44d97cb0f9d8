// Owns the benchmarks' entry in the list of panels.

import type { PanelDefinition } from '../panel.ts';
import './benchmarks.css';
import { BenchmarksPanel } from './BenchmarksPanel.tsx';

export const BENCHMARKS: PanelDefinition = {
  id: 'benchmarks',
  title: 'Benchmarks',
  minWidthPx: 280,
  minHeightPx: 160,
  Component: BenchmarksPanel,
};
