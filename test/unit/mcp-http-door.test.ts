import { request } from 'node:http';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type HttpDoor, openHttpDoor } from '../../electron/mcp/http-door.ts';

const BODY = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
});

let door: HttpDoor;
let agents = 0;
beforeEach(async () => {
  agents = 0;
  door = await openHttpDoor({
    port: 0,
    onAgent: async (transport) => {
      agents += 1;
      await new McpServer({ name: 'test', version: '1' }).connect(transport);
    },
  });
});
afterEach(() => door.close());

/** Status of one request, with headers that no client library would send. */
function knock(headers: Record<string, string>, path = '/mcp'): Promise<number> {
  return new Promise((resolve, reject) => {
    const url = new URL(path, door.url);
    const common = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const sent = request(url, { method: 'POST', headers: { ...common, ...headers } }, (response) => {
      response.resume();
      response.once('close', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', reject);
    sent.end(BODY);
  });
}

async function client(token = door.token): Promise<Client> {
  const agent = new Client({ name: 'test', version: '1' });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await agent.connect(new StreamableHTTPClientTransport(new URL(door.url), { requestInit }) as Transport);
  return agent;
}

it('lets in nobody without the token, no page of another site, and no name but that of this machine', async () => {
  const authorization = `Bearer ${door.token}`;
  expect(await knock({})).toBe(401);
  expect(await knock({ authorization: `Bearer ${door.token}x` })).toBe(401);
  expect(await knock({ authorization: `Bearer ${door.token.slice(0, -1)}` })).toBe(401);
  expect(await knock({ authorization, origin: 'https://example.com' })).toBe(403);
  expect(await knock({ authorization, origin: 'null' })).toBe(403);
  expect(await knock({ authorization, host: 'rebound.example.com' })).toBe(403);
  expect(await knock({ authorization }, '/')).toBe(404);
  expect(agents).toBe(0);
  expect(await knock({ authorization })).toBe(200);
  expect(agents).toBe(1);
});

it('has one agent at a time, until it is released', async () => {
  const first = await client();
  await expect(client()).rejects.toThrow(/409|Another agent/);
  await door.release();
  const second = await client();
  await expect(first.ping()).rejects.toThrow();
  await second.ping();
  await second.close();
});

it('listens on this machine only', () => {
  expect(new URL(door.url).hostname).toBe('127.0.0.1');
});
