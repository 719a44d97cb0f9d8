// Owns who this window is and where its session listens: the token and the name `client`, both kept over a reload of this
// tab. The token comes in the URL's fragment and is taken out of the address bar at once. Must never send it anywhere.

const TOKEN_KEY = 'capstan.token';
const SERVER_KEY = 'capstan.server';
const CLIENT_KEY = 'capstan.client';

export interface PageAddress {
  /** Opens the session's sockets and files; empty when the page was opened without one. */
  readonly token: string;
  /** Address of the session process, as "http://127.0.0.1:40000". */
  readonly base: string;
  /** Names this window on all sockets. */
  readonly client: string;
}

/** Only a session on this machine: a link must not send the window, and its token, anywhere else. */
const LOOPBACK = /^(127\.0\.0\.1|localhost):\d{1,5}$/;

function kept(key: string): string | undefined {
  try {
    return sessionStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

function keep(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // A browser that keeps nothing only means that a reload asks for the link anew.
  }
}

function drawClient(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `window-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

let known: PageAddress | undefined;

/** Read once, at start. */
export function pageAddress(): PageAddress {
  if (known !== undefined) return known;
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get('token') ?? kept(TOKEN_KEY) ?? '';
  // A page of the desktop shell's own scheme is not served by the session, so it is told where that listens.
  const told = location.protocol.startsWith('http') ? null : (fragment.get('server') ?? kept(SERVER_KEY) ?? null);
  const base = told !== null && LOOPBACK.test(told) ? `http://${told}` : location.origin;
  const client = kept(CLIENT_KEY) ?? drawClient();
  keep(TOKEN_KEY, token);
  keep(CLIENT_KEY, client);
  if (told !== null) keep(SERVER_KEY, told);
  if (fragment.has('token')) history.replaceState(history.state, '', location.pathname + location.search);
  known = { token, base, client };
  return known;
}

/** Draws another name for this window; before its sockets are opened. */
export function renameClient(): string {
  const client = drawClient();
  keep(CLIENT_KEY, client);
  known = { ...pageAddress(), client };
  return client;
}

/** A WebSocket address below the session's. */
export function sessionSocketUrl(path: string): string {
  return pageAddress().base.replace(/^http/, 'ws') + path;
}
