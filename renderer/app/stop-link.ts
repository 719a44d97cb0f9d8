// Owns the stop socket of the open cell: it echoes challenges, sends a stop at once, and knows whether that arrived. It
// stands on nothing that draws, so that a stop never waits for the screen. Must never call a stop delivered without an
// answer, nor drop one: a stop that could not be sent goes out first when the link is back.

import { SOCKET_PATHS, SOCKETS_VERSION, type StopDown, stopDownSchema } from '../../electron/ipc/cell-sockets.ts';
import type { LinkState, StopDelivery } from './console-store.ts';
import { openReconnectingSocket } from './reconnecting-socket.ts';

/** Without an answer for this long a stop counts as not delivered, milliseconds. The budget of the gate is 20 ms. */
const ANSWER_MS = 500;
const SLOWEST_RETRY_MS = 1000;

export interface StopLinkPlan {
  /** As "ws://127.0.0.1:40123". */
  readonly base: string;
  readonly token: string;
  readonly client: string;
  readonly onState: (state: LinkState) => void;
  readonly onDelivery: (delivery: StopDelivery) => void;
  /** A stop has been carried out, whoever asked for it. */
  readonly onStopped: (stopped: Extract<StopDown, { kind: 'stopped' }>) => void;
}

export interface StopLink {
  /** @param detail how it was asked for, as "Ctrl+." */
  stop(detail: string): void;
  /** A stop that was asked for has had no answer yet. */
  owesStop(): boolean;
  retryNow(): void;
  close(): void;
}

export function openStopLink(plan: StopLinkPlan): StopLink {
  /** Asked for and not answered, with when; null when nothing is owed. */
  let owed: { readonly detail: string; readonly askedAtMs: number } | null = null;
  let answerTimer: ReturnType<typeof setTimeout> | undefined;

  const undelivered = (why: string) => {
    clearTimeout(answerTimer);
    plan.onDelivery({ kind: 'undelivered', why });
  };

  const sendOwed = () => {
    if (owed === null) return;
    if (!socket.send(JSON.stringify({ kind: 'stop', detail: owed.detail }))) {
      undelivered('This window has no link to the robot host.');
      return;
    }
    plan.onDelivery({ kind: 'sent' });
    clearTimeout(answerTimer);
    answerTimer = setTimeout(() => {
      undelivered(`The robot host has not answered for ${ANSWER_MS} ms.`);
      // The link looks open and is not: a new one sends the stop again.
      socket.retryFresh();
    }, ANSWER_MS);
  };

  const hear = (message: StopDown) => {
    switch (message.kind) {
      case 'challenge':
        socket.send(JSON.stringify({ kind: 'echo', nonce: message.nonce }));
        break;
      case 'closed':
        clearTimeout(answerTimer);
        if (owed !== null) {
          const roundTripMs = performance.now() - owed.askedAtMs;
          owed = null;
          plan.onDelivery({ kind: 'closed', roundTripMs, gateMs: message.afterMs });
        }
        break;
      case 'stopped':
        plan.onStopped(message);
        break;
      case 'refused':
        if (owed !== null) undelivered(`The robot host did not understand: ${message.why}`);
        break;
    }
  };

  const socket = openReconnectingSocket({
    url: plan.base + SOCKET_PATHS.stop,
    hello: { kind: 'hello', version: SOCKETS_VERSION, token: plan.token, client: plan.client },
    slowestRetryMs: SLOWEST_RETRY_MS,
    onState: plan.onState,
    onMessage: (data) => {
      const message = parsed(data);
      if (message === 'welcome') {
        socket.confirm();
        sendOwed();
      } else if (message !== undefined) hear(message);
    },
    onDown: () => {
      if (owed !== null) undelivered('The link to the robot host was lost before it answered.');
    },
  });

  return {
    stop(detail) {
      owed = { detail: detail.slice(0, 200), askedAtMs: performance.now() };
      sendOwed();
      socket.retryNow();
    },
    owesStop: () => owed !== null,
    retryNow: socket.retryNow,
    close() {
      clearTimeout(answerTimer);
      socket.close();
    },
  };
}

function parsed(data: string | ArrayBuffer): StopDown | 'welcome' | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const json: unknown = JSON.parse(data);
    if (typeof json === 'object' && json !== null && Reflect.get(json, 'kind') === 'welcome') return 'welcome';
    return stopDownSchema.safeParse(json).data;
  } catch {
    return undefined;
  }
}
