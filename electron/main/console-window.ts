// Owns the window of the shell: made locked, shown when it has something to show, and made again when its process dies.
// Must never give the page Node, another origin, or a way past the rules of page-rules.ts.

import { join } from 'node:path';
import { BrowserWindow, shell } from 'electron';
import { SHELL_ORIGIN } from '../ipc/shell-contract.ts';
import { mayLoad, mayOpenOutside } from './page-rules.ts';
import type { Served } from './session-process.ts';

/** A page that dies this often within the time is not tried again, milliseconds. */
const GIVE_UP = { crashes: 4, withinMs: 60_000 } as const;

export class ConsoleWindow {
  readonly #address: string;
  readonly #preload: string;
  #window: BrowserWindow | undefined;
  #crashes: number[] = [];

  /** @param out folder of the bundles */
  constructor(served: Served, out: string) {
    const fragment = new URLSearchParams({ token: served.token, session: `http://127.0.0.1:${served.port}` });
    this.#address = `${SHELL_ORIGIN}/index.html#${fragment}`;
    this.#preload = join(out, 'preload.cjs');
  }

  get window(): BrowserWindow | undefined {
    return this.#window;
  }

  /** Brings the window up, or to the front. */
  open(): void {
    if (this.#window !== undefined) {
      if (this.#window.isMinimized()) this.#window.restore();
      this.#window.focus();
      return;
    }
    const window = new BrowserWindow({
      width: 1440,
      height: 900,
      minWidth: 1024,
      minHeight: 680,
      show: false,
      title: 'Capstan',
      backgroundColor: '#16181c',
      webPreferences: {
        preload: this.#preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        // A hidden window is an absent operator, and says so itself; it must not fall silent by being throttled.
        backgroundThrottling: false,
        spellcheck: false,
      },
    });
    this.#window = window;
    window.once('ready-to-show', () => window.show());
    window.on('closed', () => {
      this.#window = undefined;
    });
    const { webContents } = window;
    webContents.setWindowOpenHandler(({ url }) => {
      if (mayOpenOutside(url)) void shell.openExternal(url);
      return { action: 'deny' };
    });
    for (const event of ['will-navigate', 'will-redirect', 'will-frame-navigate'] as const) {
      webContents.on(event as 'will-navigate', (details) => {
        if (!mayLoad(details.url)) details.preventDefault();
      });
    }
    webContents.on('will-attach-webview', (event) => event.preventDefault());
    webContents.on('render-process-gone', (_event, { reason }) => this.#revive(reason));
    webContents.on('unresponsive', () => {
      // Its beat is silent by now and the arm has stopped; only a new page helps.
      webContents.forcefullyCrashRenderer();
    });
    void window.loadURL(this.#address);
  }

  /** The page is gone, and with it its beat: the gate has stopped what moved. The new page shows the latch. */
  #revive(reason: string): void {
    if (reason === 'clean-exit' || this.#window === undefined) return;
    const now = Date.now();
    this.#crashes = [...this.#crashes.filter((at) => now - at < GIVE_UP.withinMs), now];
    console.error(`the window's page is gone (${reason}); whatever moved has been stopped`);
    if (this.#crashes.length >= GIVE_UP.crashes) this.#window.close();
    else void this.#window.loadURL(this.#address);
  }
}
