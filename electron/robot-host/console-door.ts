// Owns the way in for windows: one loopback port, three paths, and who may come through. Must never listen on another
// interface, let a page of another origin in, or hand a socket on before its hello was good.

import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import {
  CLOSE_CODES,
  HELLO_MS,
  type Hello,
  helloSchema,
  MAX_MESSAGE_BYTES,
  SOCKET_PATHS,
  SOCKETS_VERSION,
  type SocketName,
} from '../ipc/cell-sockets.ts';

const LOOPBACK = '127.0.0.1';
/** Sockets at a time: three per window, for many more windows than anybody looks at. */
const MAX_SOCKETS = 96;
/** So many messages of one socket may be malformed before it is closed. */
const MAX_REFUSALS = 100;

/** A socket whose hello was good. */
export interface Visitor {
  readonly socket: WebSocket;
  readonly hello: Hello;
  /** Says that a message was refused: logged once for this socket; too many close it. */
  refuse(why: string): void;
}

export interface DoorOptions {
  readonly port: number;
  readonly token: string;
  readonly origins: readonly string[];
  readonly episode: string;
  readonly log: (message: string) => void;
  readonly onVisitor: { readonly [Name in SocketName]: (visitor: Visitor) => void };
}

export interface ConsoleDoor {
  readonly port: number;
  /** Closes every socket with these words. */
  close(reason: string): void;
}

/** @throws Error when the port cannot be had */
export async function openDoor(options: DoorOptions): Promise<ConsoleDoor> {
  const { token, origins, episode, log, onVisitor } = options;
  const http = createServer((_, response) => {
    response.writeHead(426, { 'content-type': 'text/plain' }).end('This port is for the sockets of a console.\n');
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  const latest = new Map<string, WebSocket>();

  const port = await listen(http, options.port);
  http.on('upgrade', (request, stream: Duplex, head) => {
    stream.on('error', () => undefined);
    const refusal = refusalOf(request);
    if (refusal !== undefined) {
      log(`a connection was refused: ${refusal}`);
      stream.end(`HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-type: text/plain\r\n\r\n${refusal}\n`);
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => greet(socket, socketNameOf(request) as SocketName));
  });

  function refusalOf({ headers, url }: IncomingMessage): string | undefined {
    if (socketNameOf({ url }) === undefined) return 'there is no such socket';
    if (sockets.clients.size >= MAX_SOCKETS) return 'too many sockets are open';
    if (headers.host !== `${LOOPBACK}:${port}` && headers.host !== `localhost:${port}`) {
      return 'it was meant for another host';
    }
    if (headers.origin !== undefined) {
      return origins.includes(headers.origin) ? undefined : `pages of ${headers.origin.slice(0, 200)} may not connect`;
    }
    // No browser leaves the origin out, and no page can set this header.
    return same(headers.authorization ?? '', `Bearer ${token}`)
      ? undefined
      : 'neither an origin nor the token came along';
  }

  function greet(socket: WebSocket, name: SocketName): void {
    socket.on('error', () => undefined); // a close follows, with its code
    const late = setTimeout(() => socket.close(CLOSE_CODES.refused, 'no hello came in time'), HELLO_MS);
    socket.once('close', () => clearTimeout(late));
    socket.once('message', (data, isBinary) => {
      clearTimeout(late);
      const hello = isBinary ? undefined : helloOf(data);
      if (hello === undefined || !same(hello.token, token)) {
        log(
          `a socket ${SOCKET_PATHS[name]} was refused: ${hello === undefined ? 'its hello was none' : 'wrong token'}`,
        );
        socket.close(CLOSE_CODES.refused, hello === undefined ? 'the first message has to be a hello' : 'wrong token');
        return;
      }
      const key = `${name} ${hello.client}`;
      latest.get(key)?.close(CLOSE_CODES.replaced, 'a newer connection of this window has taken its place');
      latest.set(key, socket);
      socket.once('close', () => {
        if (latest.get(key) === socket) latest.delete(key);
      });
      socket.send(JSON.stringify({ kind: 'welcome', version: SOCKETS_VERSION, episode }));
      onVisitor[name]({ socket, hello, refuse: refuser(socket, name, hello.client) });
    });
  }

  function refuser(socket: WebSocket, name: SocketName, client: string): (why: string) => void {
    let count = 0;
    return (why) => {
      count += 1;
      if (count === 1) log(`a message of ${client} on ${SOCKET_PATHS[name]} was refused: ${why}`);
      if (count > MAX_REFUSALS) socket.close(CLOSE_CODES.malformed, 'too many malformed messages');
    };
  }

  return {
    port,
    close(reason) {
      for (const socket of sockets.clients) socket.close(CLOSE_CODES.over, reason);
      http.close();
    },
  };
}

function listen(http: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, LOOPBACK, () => {
      const address = http.address();
      if (address === null || typeof address === 'string') reject(new Error('the loopback port has no number'));
      else resolve(address.port);
    });
  });
}

function socketNameOf({ url }: Pick<IncomingMessage, 'url'>): SocketName | undefined {
  const names = Object.keys(SOCKET_PATHS) as SocketName[];
  return names.find((name) => SOCKET_PATHS[name] === url);
}

function helloOf(data: RawData): Hello | undefined {
  return helloSchema.safeParse(jsonOf(data)).data;
}

/** The value of a JSON text; undefined where it is none. */
export function jsonOf(data: RawData): unknown {
  try {
    return JSON.parse(textOf(data));
  } catch {
    return undefined;
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}

/** Compared in a time that tells nothing of where they differ. */
function same(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
