// Owns the start of the window: first what must work without a screen (schemas, theme, links, stop keys), then the screen.

import './schemas-without-eval.ts';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { startActionKeys } from './action-keys.ts';
import { startCellClient } from './cell-client.ts';
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
startSessionClient();
startCellClient();
startSessionActions();
startShellActions();
startActionKeys();
startShellBridge();
startFirstMinute();

const place = document.getElementById('app');
if (place === null) throw new Error('the page has no place for the application');
createRoot(place).render(<App />);
