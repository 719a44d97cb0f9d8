// Owns the rules about where a window of the shell may go and whom the shell listens to. Pure: the shell applies them,
// tests try to break them. Must never allow by default.

import { SHELL_ORIGIN } from '../ipc/shell-contract.ts';

/** Pages of ours that a person may open in the system's browser. */
const PAGES = 'https://github.com/capstan-robotics/capstan/blob/main/docs/';

/** Whether a window may load this address: the console's own page and nothing else. */
export function mayLoad(address: string): boolean {
  const url = parsed(address);
  // `origin` of a custom scheme is "null" in Node: compare its parts.
  return url !== undefined && `${url.protocol}//${url.host}` === SHELL_ORIGIN && noCredentials(url);
}

/** Whether a link may be handed to the system's browser: our own documentation, over https. */
export function mayOpenOutside(address: string): boolean {
  const url = parsed(address);
  return url !== undefined && url.protocol === 'https:' && noCredentials(url) && url.href.startsWith(PAGES);
}

export function pageAddress(page: string): string {
  return `${PAGES}${page}`;
}

/** A message counts only from the main frame of the console's own page. */
export function isTrustedSender(frame: { readonly url: string; readonly parent: unknown } | null): boolean {
  return frame !== null && frame.parent === null && mayLoad(frame.url);
}

/** What a page may be granted: nothing but the cameras, and these only to the console. */
export function mayHave(permission: string, address: string): boolean {
  return (permission === 'media' || permission === 'fullscreen') && mayLoad(address);
}

/**
 * The file below the page's folder that an address means; undefined for anything outside of it.
 * @returns path with forward slashes, as "assets/app.js"
 */
export function fileOfPage(address: string): string | undefined {
  const url = parsed(address);
  if (url === undefined || !mayLoad(address)) return undefined;
  let path: string;
  try {
    path = decodeURIComponent(url.pathname);
  } catch {
    return undefined;
  }
  if (path === '/' || path === '') return 'index.html';
  const file = path.slice(1);
  const parts = file.split('/');
  if (/[\\:\0]/.test(file) || parts.some((part) => part === '' || part.startsWith('.'))) return undefined;
  return file;
}

function parsed(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

function noCredentials({ username, password }: URL): boolean {
  return username === '' && password === '';
}
