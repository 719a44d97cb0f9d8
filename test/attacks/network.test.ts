// Attacks through the network: programs that try to open a connection. A server on loopback counts what really arrives.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Attack, openStand, type Success, testAttacks } from './attack-harness.ts';
import { runInBareNode } from './bare-node.ts';
import { runBrokenOut } from './broken-out.ts';

let server: Server;
let port = 0;
let connections = 0;

beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => void server.close());
beforeEach(() => {
  connections = 0;
});

interface NetworkAttack extends Attack {
  /** The control of attacks that a bare Node does not show. */
  readonly control?: (javascript: string) => Promise<void>;
}

/** PORT stands for the server's. */
const ATTACKS: readonly NetworkAttack[] = [
  {
    name: 'fetches a page',
    source: "await fetch('http://127.0.0.1:PORT/');",
    caughtBy: ['TS2304'],
  },
  {
    name: 'fetches a page by way of the global object',
    source: `const world = globalThis as unknown as { fetch(url: string): Promise<unknown> };
await world.fetch('http://127.0.0.1:PORT/');`,
    caughtBy: ['FORBIDDEN_NAME'],
  },
  {
    name: 'imports the sockets of Node',
    source: `import { connect } from 'node:net';
const socket = connect(PORT, '127.0.0.1');
await new Promise((done) => socket.once('close', done));`,
    caughtBy: ['IMPORT'],
  },
  {
    name: 'imports the sockets of Node while it runs',
    source: `const { connect } = await import('node:net');
const socket = connect(PORT, '127.0.0.1');
await new Promise((done) => socket.once('close', done));`,
    caughtBy: ['IMPORT'],
  },
  {
    name: 'asks the process for the sockets of Node',
    source: `const socket = process.getBuiltinModule('node:net').connect(PORT, '127.0.0.1');
await new Promise((done) => socket.once('close', done));`,
    caughtBy: ['FORBIDDEN_NAME'],
  },
  {
    name: 'makes a function from text that fetches a page',
    source: `const key = ['con', 'structor'].join('');
const make = (getObjectPose as unknown as Record<string, (code: string) => () => Promise<unknown>>)[key];
await make("return fetch('http://127.0.0.1:PORT/')")();`,
    caughtBy: [],
  },
  {
    name: 'gives an address for the name of an object',
    source: "await getObjectPose('http://127.0.0.1:PORT/cube');",
    caughtBy: [],
    // A robot side that looks names up wherever they point.
    control: async (javascript) => {
      const getObjectPose = async (name: string) => void (await fetch(name));
      await new Function('getObjectPose', `return (async () => { ${javascript} })()`)(getObjectPose);
    },
  },
];

/** Whatever was sent off has arrived on loopback by then. */
const onTheWay = () => new Promise((resolve) => setTimeout(resolve, 30));

describe('network', () => {
  testAttacks(ATTACKS, {
    fill: (source) => source.replaceAll('PORT', String(port)),
    underProtection: async (javascript): Promise<Success> => {
      const stand = await openStand();
      await stand.run(javascript);
      await onTheWay();
      await stand.expectUnharmed();
      return connections === 0 ? null : `${connections} connections`;
    },
    switchedOff: 'in a bare Node',
    control: async (javascript, attack) => {
      if (attack.control) await attack.control(javascript);
      else await runInBareNode(javascript);
      await onTheWay();
      return connections === 0 ? null : `${connections} connections`;
    },
  });
});

/** Code that has broken out of the engine, and now runs in the process around it. */
const BREAK_OUTS: readonly { readonly name: string; readonly code: string }[] = [
  { name: 'fetches a page', code: "await fetch('http://127.0.0.1:PORT/');" },
  { name: 'opens a socket', code: "(await import('node:net')).connect(PORT, '127.0.0.1');" },
  { name: 'asks by http', code: "process.getBuiltinModule('node:http').get('http://127.0.0.1:PORT/');" },
  {
    name: 'opens a socket from a thread of its own',
    code: `const { Worker } = process.getBuiltinModule('node:worker_threads');
new Worker("require('net').connect(PORT, '127.0.0.1')", { eval: true });`,
  },
];

describe('network, from the process of the sandbox', () => {
  for (const { name, code } of BREAK_OUTS) {
    test(`code that has broken out of the engine and ${name} gets nowhere`, async () => {
      await runBrokenOut(code.replaceAll('PORT', String(port)), 'up');
      await onTheWay();
      expect(connections).toBe(0);
    });

    test(`CONTROL: code that ${name} succeeds in a process that has given up nothing`, async () => {
      await runBrokenOut(code.replaceAll('PORT', String(port)), 'nothing');
      await onTheWay();
      expect(connections).toBeGreaterThan(0);
    });
  }
});
