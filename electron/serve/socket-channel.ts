// Owns one window's socket as a channel of requests: JSON texts, bounded, in order. Must never hand on what is no request,
// nor let one window that does not read hold up the process.

import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import { CLOSE_CODES } from '../ipc/cell-sockets.ts';
import type { Channel } from '../ipc/rpc.ts';

/** A window that has not read this much is taken to hang: its socket is closed, and it comes again. */
const MOST_UNREAD_BYTES = 64 * 1024 * 1024;
/** A client that sends more nonsense than this is sent away. */
const MOST_MALFORMED = 20;
/** Requests of one window that wait for their answers. */
const MOST_OPEN = 200;

const requestSchema = z.strictObject({
  kind: z.literal('request'),
  id: z.int().nonnegative(),
  name: z.string().max(60),
  params: z.unknown().optional(),
});

export interface SocketChannelOptions {
  readonly socket: WebSocket;
  /** Told once for a socket that sends nonsense. */
  readonly onMalformed: (why: string) => void;
}

export function socketChannel({ socket, onMalformed }: SocketChannelOptions): Channel {
  const listeners: ((message: unknown) => void)[] = [];
  let malformed = 0;
  let open = 0;
  const refuse = (why: string) => {
    malformed += 1;
    if (malformed === 1) onMalformed(why);
    if (malformed > MOST_MALFORMED) socket.close(CLOSE_CODES.malformed, 'too many malformed messages');
  };
  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (isBinary) return refuse('a binary message came where a text was expected');
    const request = requestSchema.safeParse(parsed(data));
    if (!request.success) return refuse('a message is no request');
    const { id, name } = request.data;
    if (open >= MOST_OPEN) {
      const message = 'Too many requests of this window wait for their answers. This one was not carried out.';
      send({ kind: 'failure', id, error: { name: 'BadRequest', code: 'TOO_MANY', message } });
      return;
    }
    open += 1;
    for (const listener of listeners) listener({ params: {}, ...request.data, kind: 'request', id, name });
  });
  const send = (message: unknown) => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MOST_UNREAD_BYTES) {
      socket.close(CLOSE_CODES.behind, 'this window does not read');
      return;
    }
    socket.send(JSON.stringify(message));
  };
  return {
    send: (message) => {
      const { kind } = message as { kind?: unknown };
      if (kind === 'reply' || kind === 'failure') open -= 1;
      send(message);
    },
    onMessage: (listener) => {
      listeners.push(listener);
    },
    onClose: (listener) => {
      socket.once('close', (_code, reason) => listener(reason.toString() || 'the window is gone'));
    },
  };
}

function parsed(data: RawData): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    return undefined;
  }
}
