// Owns the start of the window: first what must work without a screen (schemas, theme, links, stop keys), then the screen.

import './schemas-without-eval.ts';
import { createRoot } from 'react-dom/client';
import { sourceOfCell } from '../source/cell-source.ts';
import { App } from './App.tsx';
import { startActionKeys } from './action-keys.ts';
import { startCellClient } from './cell-client.ts';
import { claimClient } from './client-claim.ts';
import { startLiveSource } from './live-source.ts';
import { pageAddress } from './page-address.ts';
import { pageNonce } from './page-nonce.ts';
import { startSessionActions } from './session-actions.ts';
import { startSessionClient } from './session-client.ts';
import { startShellActions } from './shell-actions.ts';
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

await claimClient();
startSessionClient();
startCellClient();
startLiveSource(sourceOfCell);
startFirstMinute();
