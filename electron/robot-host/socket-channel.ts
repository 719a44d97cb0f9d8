// Owns the channel of our requests over a WebSocket: one JSON text per message. What is no JSON text is refused.

import type { Channel } from '../ipc/rpc.ts';
import { jsonOf, type Visitor } from './console-door.ts';

export function channelOfVisitor({ socket, refuse }: Visitor): Channel {
  return {
    send: (message) => socket.send(JSON.stringify(message), () => undefined),
    onMessage: (listener) => {
      socket.on('message', (data, isBinary) => {
        const message = isBinary ? undefined : jsonOf(data);
        if (message === undefined) refuse('it is no JSON text');
        else listener(message);
      });
    },
    onClose: (listener) => {
      socket.once('close', () => listener('the socket was closed'));
    },
  };
}
