// Owns the loopback door for one outside agent: this machine only, with a token, no foreign page behind it, one session at
// a time. Must never listen on another interface.

import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';

const HOST = '127.0.0.1';
const PATH = '/mcp';

export interface HttpDoorOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** What a client must show; a random one unless given. */
  readonly token?: string;
  /** Connects an agent that came in. */
  readonly onAgent: (transport: Transport) => Promise<void>;
}

export interface HttpDoor {
  readonly url: string;
  readonly token: string;
  /** Ends the session of the agent that is there, so that another may come. */
  release(): Promise<void>;
  close(): Promise<void>;
}

/** @throws Error when the port is taken */
export async function openHttpDoor({ port, onAgent, ...options }: HttpDoorOptions): Promise<HttpDoor> {
  const { StreamableHTTPServerTransport } = await import('@modelcontextprotocol/sdk/server/streamableHttp.js');
  type Streamable = InstanceType<typeof StreamableHTTPServerTransport>;
  const token = options.token ?? randomBytes(24).toString('base64url');
  let current: Streamable | undefined;
  /** Somebody is coming in right now. */
  let entering = false;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refused = refusal(request, token);
    if (refused !== undefined) return deny(response, ...refused);
    const id = request.headers['mcp-session-id'];
    if (id !== undefined) {
      if (current?.sessionId !== id) return deny(response, 404, 'There is no such session here; begin a new one.');
      return await current.handleRequest(request, response);
    }
    if (current !== undefined || entering)
      return deny(
        response,
        409,
        'Another agent holds this session. It ends when that agent leaves, or the operator releases it.',
      );
    const transport: Streamable = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: () => {
        current = transport;
      },
    });
    entering = true;
    try {
      await onAgent(transport as Transport);
      const left = transport.onclose;
      transport.onclose = () => {
        if (current === transport) current = undefined;
        left?.();
      };
      await transport.handleRequest(request, response);
    } finally {
      entering = false;
    }
    // Whatever was no beginning of a session leaves none behind.
    if (current !== transport) await transport.close();
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) deny(response, 500, 'The request failed; nothing was run.');
      else response.end();
      console.error('a request of the agent failed:', error);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${address.port}${PATH}`,
    token,
    release: async () => {
      await current?.close();
    },
    close: async () => {
      await current?.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Status and words for a request that is not taken. */
function refusal({ headers, url, socket }: IncomingMessage, token: string): [number, string] | undefined {
  const { localPort } = socket;
  const hosts = [`${HOST}:${localPort}`, `localhost:${localPort}`];
  // A page of another site can send requests here, under a name of its own that it has pointed at this machine.
  if (headers.host === undefined || !hosts.includes(headers.host)) return [403, 'This door is for this machine only.'];
  if (headers.origin !== undefined && !hosts.some((host) => headers.origin === `http://${host}`))
    return [403, 'Pages of other sites may not come in.'];
  if (!sameText(headers.authorization ?? '', `Bearer ${token}`))
    return [401, 'Show the token that "capstan mcp --http" has printed, as Authorization: Bearer TOKEN.'];
  if (url !== PATH) return [404, `There is only ${PATH} here.`];
  return undefined;
}

/** Without telling by its time how much of the text was right. */
function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function deny(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  });
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32000, message }, id: null }));
}
