// Owns what the process of the sandbox gives up for good before the first program comes: environment, arguments, threads,
// connections, signals. Must never be the only wall: it stands behind the engine and Node's permission model, and closes
// what that model leaves open (connections, and threads, which may free themselves of it).

import dgram from 'node:dgram';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import threads from 'node:worker_threads';

function givenUp(): never {
  throw new Error('this process has given up everything but its channel');
}

/** To be called once, when the process has all threads and channels that it needs. */
export function giveUpPowers(): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  process.argv.length = 0;
  process.execArgv.length = 0;
  Object.assign(threads, { Worker: givenUp });
  // All of http, tls and fetch connect through these.
  Object.assign(net.Socket.prototype, { connect: givenUp });
  Object.assign(net.Server.prototype, { listen: givenUp });
  Object.assign(dgram, { createSocket: givenUp, Socket: givenUp });
  Object.assign(process, { kill: givenUp });
  syncBuiltinESMExports();
}
