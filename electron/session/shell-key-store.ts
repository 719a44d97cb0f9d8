// Owns the way to the keychain of the desktop shell. Must never keep a key longer than it is asked for.

import type { Channel } from '../ipc/rpc.ts';
import { connect } from '../ipc/rpc.ts';
import { KEYCHAIN_CONTRACT } from '../ipc/shell-contract.ts';
import type { KeyStore } from './console-keys.ts';

/** @param channel to the shell, which holds the keychain */
export function shellKeyStore(channel: Channel): KeyStore {
  const shell = connect(KEYCHAIN_CONTRACT, channel, {});
  return {
    state: () => shell.request('state', {}),
    read: async () => {
      const { providers } = await shell.request('list', {});
      const keys: [string, string][] = [];
      for (const provider of providers) {
        const { key } = await shell.request('read', { provider });
        if (key !== null) keys.push([provider, key]);
      }
      return Object.fromEntries(keys);
    },
    write: async (provider, key) => {
      if (key === '') await shell.request('forget', { provider });
      else await shell.request('keep', { provider, key });
    },
  };
}
