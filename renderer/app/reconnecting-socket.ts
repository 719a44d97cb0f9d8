// Owns one WebSocket that comes back by itself: hello, back-off, and how it stands. What is said on it is for others.
// Must never keep a message for later: what could not be sent at once is refused, so that nothing old arrives late.

import { CLOSE_CODES } from '../../electron/ipc/cell-sockets.ts';
import type { LinkState } from './console-store.ts';

export interface SocketPlan {
  readonly url: string;
  readonly hello: object;
  /** Longest wait between two attempts, milliseconds. */
  readonly slowestRetryMs: number;
  /** The hello is sent. What is owed first may be sent now. */
  readonly onOpen?: () => void;
  readonly onMessage: (data: string | ArrayBuffer) => void;
  /** Called once for each connection that was open. */
  readonly onDown?: (why: string) => void;
  /** 'open' is for the owner to say (`confirm`), once the other side has answered. */
  readonly onState: (state: LinkState) => void;
}

export interface ReconnectingSocket {
  /** Sends now, or returns false. */
  send(text: string): boolean;
  /** The other side has answered: the link works. */
  confirm(): void;
  /** Tries at once instead of at the end of the wait. */
  retryNow(): void;
  /** Gives up a connection that looks open and does not answer, and makes a new one. */
  retryFresh(): void;
  /** For good. */
  close(): void;
}

const FIRST_RETRY_MS = 100;
/** A connection that has not opened for this long is given up; loopback answers within milliseconds. */
const OPENING_MS = 5000;

const FINAL: ReadonlyMap<number, string> = new Map<number, string>([
  [CLOSE_CODES.refused, 'It did not accept this window.'],
  [CLOSE_CODES.malformed, 'It did not understand this window.'],
  [CLOSE_CODES.replaced, 'The console was opened again in another window, which took over.'],
  [CLOSE_CODES.over, 'It has ended.'],
]);

export function openReconnectingSocket(plan: SocketPlan): ReconnectingSocket {
  let socket: WebSocket | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let opening: ReturnType<typeof setTimeout> | undefined;
  let attempts = 0;
  let since = Date.now();
  let closed = false;
  let said: LinkState['kind'] | undefined;

  const say = (state: LinkState) => {
    said = state.kind;
    plan.onState(state);
  };

  const down = (from: WebSocket, code: number, reason: string, wasOpen: boolean) => {
    if (socket !== from) return;
    socket = undefined;
    clearTimeout(opening);
    if (wasOpen) plan.onDown?.(reason);
    if (closed) return;
    const final = FINAL.get(code);
    if (final !== undefined) {
      say({ kind: 'refused', why: reason === '' ? final : reason });
      return;
    }
    if (said !== 'lost') since = Date.now();
    say({ kind: 'lost', why: reason === '' ? 'The connection is closed.' : reason, since });
    const waitMs = Math.min(plan.slowestRetryMs, FIRST_RETRY_MS * 2 ** Math.min(attempts, 10));
    attempts += 1;
    // Several windows must not knock in step.
    retry = setTimeout(attempt, waitMs * (0.75 + Math.random() / 2));
  };

  const attempt = () => {
    clearTimeout(retry);
    if (closed || socket !== undefined) return;
    const made = new WebSocket(plan.url);
    made.binaryType = 'arraybuffer';
    socket = made;
    let open = false;
    opening = setTimeout(() => {
      made.close();
      down(made, 0, 'Nothing answers there.', false);
    }, OPENING_MS);
    made.onopen = () => {
      if (socket !== made) return;
      clearTimeout(opening);
      open = true;
      made.send(JSON.stringify(plan.hello));
      plan.onOpen?.();
    };
    made.onmessage = ({ data }) => {
      if (socket === made) plan.onMessage(data as string | ArrayBuffer);
    };
    made.onclose = ({ code, reason }) => down(made, code, reason, open);
  };

  say({ kind: 'connecting' });
  attempt();
  return {
    send(text) {
      if (socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(text);
      return true;
    },
    confirm() {
      attempts = 0;
      if (said !== 'open') say({ kind: 'open' });
    },
    retryNow() {
      if (said === 'refused') return;
      attempts = 0;
      attempt();
    },
    retryFresh() {
      const silent = socket;
      if (silent === undefined) return;
      silent.close();
      down(silent, 0, 'It does not answer.', true);
    },
    close() {
      closed = true;
      clearTimeout(retry);
      clearTimeout(opening);
      const last = socket;
      last?.close();
    },
  };
}
