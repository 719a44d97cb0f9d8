// Owns what a panel is to the shell: a named view that can stand anywhere in the layout. Types only.

import type { ComponentType } from 'react';

/** Panels of the console. The ids are kept in saved layouts: never change one. */
export const PANEL_IDS = [
  'viewport',
  'conversation',
  'program',
  'approval',
  'timeline',
  'cameras',
  'plots',
  'log',
  'skills',
  'episodes',
  'benchmarks',
  'settings',
] as const;
export type PanelId = (typeof PANEL_IDS)[number];

export interface PanelDefinition {
  readonly id: PanelId;
  /** Sentence case, as on its tab. */
  readonly title: string;
  /** Smallest size at which it is of use, pixels. */
  readonly minWidthPx: number;
  readonly minHeightPx: number;
  /** Fills its place; scrolls by itself; says in words why it is empty. Told `visible` by `usePanelVisible`. */
  readonly Component: ComponentType;
}
