// Owns the start of the window: first what must work without a screen (schemas, theme, links, stop keys), then the screen.

import './schemas-without-eval.ts';
import { createRoot } from 'react-dom/client';
import { sourceOfCell } from '../source/cell-source.ts';
import { App } from './App.tsx';
import { startActionKeys } from './action-keys.ts';
import { startCellClient } from './cell-client.ts';
import { claimClient } from './client-claim.ts';
import { toast } from './console-store.ts';
import { startLiveSource } from './live-source.ts';
import { pageAddress } from './page-address.ts';
import { pageNonce } from './page-nonce.ts';
import { installPanels } from './panel-list.ts';
import { startSessionActions } from './session-actions.ts';
import { startSessionClient } from './session-client.ts';
import { registerPanelActions, startShellActions } from './shell-actions.ts';
import { startShellBridge } from './shell-bridge.ts';
import { bindStopKeys } from './stop-keys.ts';
import { allowStyles } from './style-nonce.ts';
import { startTheme } from './theme.ts';
import { startFirstMinute } from './tour-store.ts';

pageAddress();
bindStopKeys();
startTheme();
allowStyles(pageNonce());
startSessionActions();
startShellActions();
startActionKeys();
startShellBridge();

const place = document.getElementById('app');
if (place === null) throw new Error('the page has no place for the application');
createRoot(place).render(<App />);

/** Panels and all they need come after what stops the arm, and never instead of it. */
async function loadPanels(): Promise<void> {
  try {
    const { PANELS } = await import('../panels/registry.ts');
    installPanels(PANELS);
    registerPanelActions(PANELS);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    toast(
      'error',
      `The panels could not be loaded: ${why} Stop works; the arm is not affected.`,
      'Load the page again.',
    );
  }
}

void loadPanels();

await claimClient();
startSessionClient();
startCellClient();
startLiveSource(sourceOfCell);
startFirstMinute();
