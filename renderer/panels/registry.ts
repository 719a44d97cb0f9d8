// Owns the list of panels that the layout can hold. One line each; a panel that is not here does not exist.

import { APPROVAL } from './approval/panel.tsx';
import { CONVERSATION } from './conversation/panel.tsx';
import type { PanelDefinition } from './panel.ts';
import { PROGRAM } from './program/panel.tsx';
import { SETTINGS } from './settings/panel.ts';
import { VIEWPORT } from './viewport/panel.ts';

export const PANELS: readonly PanelDefinition[] = [CONVERSATION, PROGRAM, APPROVAL, VIEWPORT, SETTINGS];
