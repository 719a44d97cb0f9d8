// Two ends of a channel within one process, as tests use them; messages arrive one turn later, as between two processes.

import type { Channel } from '../../electron/ipc/rpc.ts';

export function channelPair(): { readonly host: Channel; readonly session: Channel; close(reason: string): void } {
  const closers: ((reason: string) => void)[] = [];
  const listeners = { host: [] as ((message: unknown) => void)[], session: [] as ((message: unknown) => void)[] };
  const end = (mine: 'host' | 'session', other: 'host' | 'session'): Channel => ({
    send: (message) => {
      const copy = structuredClone(message);
      queueMicrotask(() => {
        for (const listener of listeners[other]) listener(copy);
      });
    },
    onMessage: (listener) => listeners[mine].push(listener),
    onClose: (listener) => closers.push(listener),
  });
  return {
    host: end('host', 'session'),
    session: end('session', 'host'),
    close: (reason) => {
      for (const closer of closers) closer(reason);
    },
  };
}
