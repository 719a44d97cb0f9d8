// Owns the channel over a child process's own IPC pipe, both ends. Binary data crosses as it is ("advanced"
// serialisation).

import { type ChildProcess, fork } from 'node:child_process';
import type { Channel } from './rpc.ts';

/** The parent's end. */
export function channelToChild(child: ChildProcess, name: string): Channel {
  return {
    send: (message) => {
      if (child.connected) child.send(message as object, () => undefined);
    },
    onMessage: (listener) => {
      child.on('message', listener);
    },
    onClose: (listener) => {
      child.once('exit', (code, signal) => {
        listener(
          `the ${name} process ended (${signal ?? `exit code ${code}`}); the arm it drove has been told to stop`,
        );
      });
      child.once('error', (error) => {
        listener(`the ${name} process could not be started: ${error.message}`);
      });
    },
  };
}

/** The child's end. */
export function channelToParent(): Channel {
  return {
    send: (message) => {
      if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
    },
    onMessage: (listener) => {
      process.on('message', listener);
    },
    onClose: (listener) => {
      process.once('disconnect', () => {
        listener('the parent process is gone');
      });
    },
  };
}

/** Starts one of our own entry points. What it prints goes to our stderr: stdout belongs to the command's answer. */
export function startEntry(path: string): ChildProcess {
  return fork(path, [], { serialization: 'advanced', stdio: ['ignore', 2, 2, 'ipc'] });
}
