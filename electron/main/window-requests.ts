// Owns what a window may ask the shell for: each request's sender and shape are looked at before anything is done. Must
// never read a file for the page, nor write one that a person has not named in a dialog.

import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BrowserWindow, dialog, ipcMain, shell } from 'electron';
import type { z } from 'zod';
import { WINDOW_REQUESTS, type WindowRequest } from '../ipc/shell-contract.ts';
import { isTrustedSender, mayOpenOutside, pageAddress } from './page-rules.ts';

type Asked<Name extends WindowRequest> = z.infer<(typeof WINDOW_REQUESTS)[Name]['params']>;
type Answered<Name extends WindowRequest> = z.infer<(typeof WINDOW_REQUESTS)[Name]['result']>;

/** @param episodes folder of the recordings */
export function answerWindow(episodes: string): void {
  on('reveal-episode', async ({ file }) => {
    shell.showItemInFolder(join(episodes, basename(file)));
    return {};
  });
  on('save-text', async ({ name, text }, window) => {
    const options = { defaultPath: basename(name) };
    const { canceled, filePath } = await (window === null
      ? dialog.showSaveDialog(options)
      : dialog.showSaveDialog(window, options));
    if (canceled || filePath === '') return { saved: false };
    await writeFile(filePath, text);
    return { saved: true };
  });
  on('open-page', async ({ page }) => {
    const address = pageAddress(page);
    if (mayOpenOutside(address)) await shell.openExternal(address);
    return {};
  });
}

function on<Name extends WindowRequest>(
  name: Name,
  answer: (params: Asked<Name>, window: BrowserWindow | null) => Promise<Answered<Name>>,
): void {
  ipcMain.handle(name, async (event, params: unknown) => {
    if (!isTrustedSender(event.senderFrame)) throw new Error('refused: this is not the console');
    const parsed = WINDOW_REQUESTS[name].params.safeParse(params);
    if (!parsed.success) throw new Error(`refused: ${name} was asked with something else than it takes`);
    return await answer(parsed.data as Asked<Name>, BrowserWindow.fromWebContents(event.sender));
  });
}
