// Owns the channel over a message port between two threads of one process. Binary data crosses as it is.

import type { MessagePort } from 'node:worker_threads';
import type { Channel } from './rpc.ts';

export function channelOfPort(port: MessagePort, name: string): Channel {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.on('message', listener);
    },
    onClose: (listener) => {
      port.once('close', () => listener(`the ${name} is gone`));
    },
  };
}
