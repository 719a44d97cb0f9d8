// Owns what the desktop shell is asked: by the session process, for the keychain; by the window, for what only a desktop
// can do. Nothing here reaches a robot. Must never carry a key to a window.

import { z } from 'zod';
import type { Contract } from './rpc.ts';

/** Origin of the page in the shell. */
export const SHELL_ORIGIN = 'capstan://console';

const nothing = z.object({});
const provider = z.string().regex(/^[\w.:/-]{1,200}$/);

/** Served by the shell to the session process, over the pipe between them. */
export const KEYCHAIN_CONTRACT = {
  requests: {
    /** Whether the system keeps secrets, or why not: without it keys last for one session. */
    state: { params: nothing, result: z.object({ canKeep: z.boolean(), why: z.string() }) },
    /** All kept keys, by provider; none where this system keeps no secrets. */
    read: { params: nothing, result: z.object({ keys: z.record(z.string(), z.string()) }) },
    /** Keeps a key; an empty one is forgotten. */
    write: { params: z.object({ provider, key: z.string().max(1000) }), result: nothing },
  },
  notices: {},
  events: {},
} as const satisfies Contract;

/** What a window may ask the shell for; each is one channel of Electron's own IPC, its sender checked. */
export const WINDOW_REQUESTS = {
  /** Shows a recording in the file manager. */
  'reveal-episode': { params: z.object({ file: z.string().max(400) }), result: nothing },
  /** Asks where to, and writes a text there. */
  'save-text': {
    params: z.object({ name: z.string().max(200), text: z.string().max(5_000_000) }),
    result: z.object({ saved: z.boolean() }),
  },
  /** Opens one of our own pages of documentation in the browser. */
  'open-page': { params: z.object({ page: z.string().regex(/^[\w-]{1,60}\.md$/) }), result: nothing },
} as const;
export type WindowRequest = keyof typeof WINDOW_REQUESTS;

/** Channel on which the shell tells the window that an entry of the menu was chosen. */
export const MENU_CHANNEL = 'menu-action';
export const menuActionSchema = z.object({ action: z.string().regex(/^[\w.-]{1,80}$/) });

/** What the preload script gives to the page. */
export interface ShellBridge {
  readonly platform: string;
  revealEpisode(file: string): Promise<void>;
  saveText(name: string, text: string): Promise<boolean>;
  openPage(page: string): Promise<void>;
  /** @returns how to stop being told */
  onMenuAction(listener: (action: string) => void): () => void;
}
