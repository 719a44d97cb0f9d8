// Owns the approval panel's entry in the list of panels.

import type { PanelDefinition } from '../panel.ts';
import { ApprovalPanel } from './ApprovalPanel.tsx';
import './approval-actions.ts';
import './approval.css';
import './pace-actions.ts';

export const APPROVAL: PanelDefinition = {
  id: 'approval',
  title: 'Approval',
  minWidthPx: 300,
  minHeightPx: 240,
  Component: ApprovalPanel,
};
