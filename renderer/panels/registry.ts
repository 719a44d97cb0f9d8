// Owns the list of panels that the layout can hold. One line each; a panel that is not here does not exist.

import { APPROVAL } from './approval/panel.tsx';
import { BENCHMARKS } from './benchmarks/panel.ts';
import { CAMERAS } from './cameras/panel.ts';
import { CONVERSATION } from './conversation/panel.tsx';
import { EPISODES } from './episodes/panel.ts';
import { LOG } from './log/panel.ts';
import type { PanelDefinition } from './panel.ts';
import { PLOTS } from './plots/panel.ts';
import { PROGRAM } from './program/panel.tsx';
import { SETTINGS } from './settings/panel.ts';
import { SKILLS } from './skills/panel.ts';
import { TIMELINE } from './timeline/panel.ts';
import { VIEWPORT } from './viewport/panel.ts';

export const PANELS: readonly PanelDefinition[] = [
  CONVERSATION,
  PROGRAM,
  APPROVAL,
  VIEWPORT,
  TIMELINE,
  CAMERAS,
  PLOTS,
  LOG,
  SKILLS,
  EPISODES,
  BENCHMARKS,
  SETTINGS,
];
