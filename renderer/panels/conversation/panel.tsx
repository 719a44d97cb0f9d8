// Owns the conversation panel's entry in the list of panels.

import type { PanelDefinition } from '../panel.ts';
import { ConversationPanel } from './ConversationPanel.tsx';
import './conversation.css';
import './live-words.ts';
import './session-actions.ts';

export const CONVERSATION: PanelDefinition = {
  id: 'conversation',
  title: 'Conversation',
  minWidthPx: 260,
  minHeightPx: 200,
  Component: ConversationPanel,
};
