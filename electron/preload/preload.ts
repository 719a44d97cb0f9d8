// Owns the few functions that the page gets from the desktop shell. Runs in the sandbox, before the page. Must never hand
// the page ipcRenderer, an event, a channel name or a key; the page is checked again on the other side.

import { contextBridge, ipcRenderer } from 'electron';
import type { ShellBridge, WindowRequest } from '../ipc/shell-contract.ts';

// The contract's values stay out of this bundle: it is read before the page and holds no library.
const MENU_CHANNEL = 'menu-action';

const ask = (request: WindowRequest, params: object): Promise<unknown> => ipcRenderer.invoke(request, params);

const bridge: ShellBridge = {
  platform: process.platform,
  revealEpisode: async (file) => {
    await ask('reveal-episode', { file: String(file) });
  },
  saveText: async (name, text) => {
    const answer = await ask('save-text', { name: String(name), text: String(text) });
    return typeof answer === 'object' && answer !== null && 'saved' in answer && answer.saved === true;
  },
  openPage: async (page) => {
    await ask('open-page', { page: String(page) });
  },
  onMenuAction: (listener) => {
    const told = (_event: unknown, message: unknown) => {
      if (typeof message !== 'object' || message === null || !('action' in message)) return;
      if (typeof message.action === 'string') listener(message.action);
    };
    ipcRenderer.on(MENU_CHANNEL, told);
    return () => {
      ipcRenderer.removeListener(MENU_CHANNEL, told);
    };
  },
};

contextBridge.exposeInMainWorld('capstanShell', bridge);
