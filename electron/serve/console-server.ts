// Owns the console's door: the page, the sockets of its windows and the episode files, on this machine alone unless told
// otherwise. Must never answer a page of another site, nor a window without the token.

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { CLOSE_CODES } from '../ipc/cell-sockets.ts';
import { CONSOLE_CONTRACT, CONSOLE_SOCKET, EPISODE_FILES, helloSchema } from '../ipc/console-contract.ts';
import { contentSecurityPolicy, pageWithPolicy } from '../ipc/content-security-policy.ts';
import { type Handlers, type Server, serve } from '../ipc/rpc.ts';
import { fileIn, sendFile } from './file-answer.ts';
import { NO_PAGE } from './no-page.ts';
import { type DoorRules, doorRules, isToken, originsOf, refusedAtTheDoor } from './request-check.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { socketChannel } from './socket-channel.ts';

export type ConsoleContract = typeof CONSOLE_CONTRACT;

/** What stands behind the door. */
export interface ConsoleHouse {
  /** Answers for one window, which has shown the token. */
  handlers(client: string): Handlers<ConsoleContract>;
  /** A window is there; what is returned ends it. */
  attach(window: Server<ConsoleContract>): () => void;
  /** Folder of the episodes. */
  readonly episodes: string;
}

export interface ConsoleServerOptions {
  readonly house: ConsoleHouse;
  /** Folder of the built page. */
  readonly page: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Address to listen at, "127.0.0.1" unless the operator asked for another. */
  readonly address: string;
  /** Of the page, where another process serves it: the desktop shell. */
  readonly pageOrigin?: string;
  readonly token: string;
  /** What was refused, in words; once for each connection. */
  readonly log: (text: string) => void;
}

export interface ConsoleServer {
  readonly port: number;
  readonly origin: string;
  /** Every origin that its page may have. */
  readonly origins: readonly string[];
  /** With the token, for one browser window. */
  readonly url: string;
  close(): Promise<void>;
}

/** Longest message of a window: a program of 200 000 characters, escaped. */
const MOST_MESSAGE_BYTES = 1024 * 1024;
/** A window that has not shown its token by then is sent away, milliseconds. */
const HELLO_MS = 2000;
/** Windows at one time. */
const MOST_WINDOWS = 32;

/** @throws Error when the port is taken */
export async function openConsoleServer(options: ConsoleServerOptions): Promise<ConsoleServer> {
  const { house, page, port, address, token, log } = options;
  const { pageOrigin } = options;
  let rules: DoorRules = doorRules({ address, port, token, pageOrigin });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES, perMessageDeflate: false });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refused = refusedAtTheDoor(request.headers, rules);
    if (refused !== undefined) return deny(response, 403, refused);
    if (request.method !== 'GET' && request.method !== 'HEAD') return deny(response, 405, 'only GET and HEAD here');
    const { pathname } = new URL(request.url ?? '/', 'http://console');
    if (pathname.startsWith(EPISODE_FILES)) {
      if (!isToken((request.headers.authorization ?? '').replace(/^Bearer /, ''), rules))
        return deny(response, 401, 'show the token as Authorization: Bearer TOKEN');
      const file = await fileIn(house.episodes, pathname.slice(EPISODE_FILES.length));
      if (file === undefined || !file.endsWith('.mcap')) return deny(response, 404, 'there is no such episode');
      return await sendFile(request, response, file, { ...SECURITY_HEADERS, 'cache-control': 'no-store' });
    }
    if (pathname === '/' || pathname === '/index.html') return await sendPage(response);
    const file = await fileIn(page, pathname.slice(1));
    if (file === undefined) return deny(response, 404, 'there is no such page');
    // A worker goes by the policy of its own file.
    const policy = contentSecurityPolicy(randomBytes(16).toString('base64url'));
    const headers = { ...SECURITY_HEADERS, 'content-security-policy': policy, 'cache-control': 'no-cache' };
    await sendFile(request, response, file, headers);
  };

  const sendPage = async (response: ServerResponse): Promise<void> => {
    const file = await fileIn(page, 'index.html');
    const text = file === undefined ? NO_PAGE : await readFile(file, 'utf8');
    const { html, policy } = pageWithPolicy(text, randomBytes(16).toString('base64url'));
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      'content-security-policy': policy,
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
    });
    response.end(html);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      log(`a request failed: ${error instanceof Error ? error.message : error}`);
      if (response.headersSent) response.destroy();
      else deny(response, 500, 'the request failed');
    });
  });

  const deny = (response: ServerResponse, status: number, why: string) => {
    response.writeHead(status, { ...SECURITY_HEADERS, 'content-type': 'text/plain; charset=utf-8' });
    response.end(`${why}\n`);
  };

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = request.url?.split('?')[0];
    const refused =
      refusedAtTheDoor(request.headers, rules) ??
      (path === CONSOLE_SOCKET ? undefined : 'there is no such socket') ??
      (sockets.clients.size < MOST_WINDOWS ? undefined : 'too many windows are open');
    if (refused !== undefined) {
      log(`a connection was refused: ${refused}`);
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (window) => welcome(window));
  });

  const welcome = (socket: WebSocket) => {
    socket.on('error', () => undefined); // its close follows
    const late = setTimeout(() => socket.close(CLOSE_CODES.refused, 'no hello came'), HELLO_MS);
    socket.once('close', () => clearTimeout(late));
    socket.once('message', (data, isBinary) => {
      clearTimeout(late);
      const hello = isBinary ? undefined : helloOf(String(data));
      if (hello === undefined || !isToken(hello.token, rules)) {
        log('a window was refused: its hello is malformed, or shows another token');
        socket.close(CLOSE_CODES.refused, 'the hello is malformed, of another version, or shows another token');
        return;
      }
      const { client } = hello;
      const onMalformed = (why: string) => log(`a window sent what is refused: ${why}`);
      const channel = socketChannel({ socket, onMalformed });
      const window = serve(CONSOLE_CONTRACT, channel, house.handlers(client), {});
      const detach = house.attach(window);
      channel.onClose(detach);
    });
  };

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  const bound = server.address() as AddressInfo;
  rules = doorRules({ address, port: bound.port, token, pageOrigin });
  const name = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
  const origin = `http://${name.includes(':') ? `[${name}]` : name}:${bound.port}`;
  return {
    port: bound.port,
    origin,
    origins: originsOf(rules),
    url: `${origin}/#token=${encodeURIComponent(token)}`,
    close: async () => {
      for (const socket of sockets.clients) socket.close(CLOSE_CODES.over, 'the console was closed');
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A window that does not say goodbye is not waited for.
      const force = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
        server.closeAllConnections();
      }, 200);
      await closed;
      clearTimeout(force);
    },
  };
}

function helloOf(text: string) {
  try {
    return helloSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
