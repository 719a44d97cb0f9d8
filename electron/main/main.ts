// Owns the desktop shell: one window in front of the session process, locked down as Electron's security checklist says.
// Everything that moves an arm lies in other processes. Must never start a second console on one machine account, nor
// keep the session when the last window has gone.

import { join } from 'node:path';
import { app, dialog, safeStorage, session } from 'electron';
import { MENU_CHANNEL } from '../ipc/shell-contract.ts';
import { declareScheme, servePage } from './console-protocol.ts';
import { ConsoleWindow } from './console-window.ts';
import { keyChain } from './key-chain.ts';
import { setMenu } from './menu.ts';
import { mayHave } from './page-rules.ts';
import { findInstallation, type SessionProcess, startSessionProcess } from './session-process.ts';
import { answerWindow } from './window-requests.ts';

const out = import.meta.dirname;

let running: SessionProcess | undefined;
let leaving: Promise<void> | undefined;

async function start(): Promise<void> {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) =>
    answer(mayHave(permission, requestingUrl)),
  );
  defaultSession.setPermissionCheckHandler((_contents, permission, origin) => mayHave(permission, origin));
  defaultSession.setDevicePermissionHandler(() => false);
  const keys = keyChain(join(app.getPath('userData'), 'keys.json'), safeStorage);
  const installation = findInstallation(app.getAppPath(), process.resourcesPath, process.env);
  running = await startSessionProcess(installation, keys);
  const { served, ended } = running;
  servePage(join(out, 'console'), served);
  answerWindow(served.episodes);
  const console = new ConsoleWindow(served, out);
  setMenu((action) => console.window?.webContents.send(MENU_CHANNEL, { action }));
  app.on('second-instance', () => console.open());
  app.on('activate', () => console.open());
  console.open();
  void ended.then((why) => {
    if (leaving !== undefined) return;
    dialog.showErrorBox(
      'Capstan has stopped',
      `${why}. A simulated arm has stopped with it; a real one is stopped by its bridge. The recording can be recovered with: capstan episodes recover. Start Capstan again.`,
    );
    app.exit(1);
  });
}

function leave(): Promise<void> {
  leaving ??= (async () => {
    await running?.close();
    app.exit(0);
  })();
  return leaving;
}

declareScheme();
app.enableSandbox();
if (!app.requestSingleInstanceLock()) app.exit(0);
else {
  app.on('window-all-closed', () => void leave());
  app.on('before-quit', (event) => {
    event.preventDefault();
    void leave();
  });
  app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      dialog.showErrorBox('Capstan cannot start', error instanceof Error ? error.message : String(error));
      app.exit(1);
    });
}
