// Owns the skills' entry in the list of panels.

import type { PanelDefinition } from '../panel.ts';
import './skills.css';
import { SkillsPanel } from './SkillsPanel.tsx';

export const SKILLS: PanelDefinition = {
  id: 'skills',
  title: 'Skills',
  minWidthPx: 240,
  minHeightPx: 120,
  Component: SkillsPanel,
};
