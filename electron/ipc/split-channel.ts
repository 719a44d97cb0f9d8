// Owns the two halves of one channel: what is asked under certain names, and everything else, unread. Must never change
// a message, nor the order within a half.

import type { Channel } from './rpc.ts';

/** @param names of requests and notices that go to `named` */
export function splitChannel(channel: Channel, names: readonly string[]): { named: Channel; rest: Channel } {
  const half = (isMine: (message: unknown) => boolean): Channel => ({
    ...channel,
    onMessage: (listener) =>
      channel.onMessage((message) => {
        if (isMine(message)) listener(message);
      }),
  });
  const isNamed = (message: unknown) =>
    typeof message === 'object' && message !== null && 'name' in message && names.some((name) => name === message.name);
  return { named: half(isNamed), rest: half((message) => !isNamed(message)) };
}
