// Owns the process that policy programs run in: gives up what a Node process has, then serves one sandbox over the pipe
// its parent has opened. Must never open a file, a socket or a process, nor outlive its parent.

import { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { serveSandbox } from '../../skills/sandbox/sandbox-server.ts';
import { giveUpPowers } from './powers.ts';

/** The parent opens it as the child's fourth stream. */
const CHANNEL_FD = 3;

/** How often the process looks whether its parent still lives, milliseconds. */
const PARENT_POLL_MS = 250;

/**
 * A thread of its own: the main thread may be inside a program's endless loop when the parent dies, and would never see
 * its pipe close.
 */
const PARENT_WATCH = `
  const parent = process.ppid;
  setInterval(() => {
    let alive = process.ppid === parent;
    try { process.kill(parent, 0); } catch (error) { alive = alive && error.code === 'EPERM'; }
    if (!alive) process.kill(process.pid, 'SIGKILL');
  }, ${PARENT_POLL_MS});
`;

new Worker(PARENT_WATCH, { eval: true, stdin: false, env: {} }).unref();
const channel = new Socket({ fd: CHANNEL_FD, readable: true, writable: true });
giveUpPowers();
serveSandbox(channel, () => process.exit(0));
