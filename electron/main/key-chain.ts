// Owns the providers' keys at rest: one file, each key encrypted by the system's own keychain. Must never write a key as
// it is, log one, or keep one where the system has no keychain.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Handlers } from '../ipc/rpc.ts';
import type { KEYCHAIN_CONTRACT } from '../ipc/shell-contract.ts';

/** What the system offers; Electron's safeStorage in the shell. */
export interface Secrets {
  isEncryptionAvailable(): boolean;
  encryptString(text: string): Buffer;
  decryptString(encrypted: Buffer): string;
  /** Linux only: "basic_text" is no encryption at all. */
  getSelectedStorageBackend?(): string;
}

const fileSchema = z.object({ version: z.literal(1), keys: z.record(z.string(), z.string()) });

/** Answers the session process. @param path of the file; it need not exist */
export function keyChain(path: string, secrets: Secrets): Handlers<typeof KEYCHAIN_CONTRACT> {
  const why = () => {
    if (!secrets.isEncryptionAvailable()) return 'this system has no keychain: keys are kept until Capstan is closed';
    if (secrets.getSelectedStorageBackend?.() === 'basic_text') {
      return 'no keychain is running (gnome-keyring or kwallet): keys are kept until Capstan is closed';
    }
    return '';
  };
  const read = (): Record<string, string> => {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      return {};
    }
    try {
      return fileSchema.parse(JSON.parse(text)).keys;
    } catch {
      // A damaged file is put aside, not overwritten: somebody may want to look at it.
      renameSync(path, `${path}.damaged`);
      return {};
    }
  };
  const write = (keys: Record<string, string>) => {
    mkdirSync(dirname(path), { recursive: true });
    const fresh = `${path}.${process.pid}`;
    writeFileSync(fresh, `${JSON.stringify({ version: 1, keys })}\n`, { mode: 0o600 });
    renameSync(fresh, path);
  };
  return {
    state: async () => ({ canKeep: why() === '', why: why() }),
    read: async () => {
      if (why() !== '') return { keys: {} };
      const keys: Record<string, string> = {};
      for (const [provider, encrypted] of Object.entries(read())) {
        try {
          keys[provider] = secrets.decryptString(Buffer.from(encrypted, 'base64'));
        } catch {
          // Encrypted by another user or on another machine: as good as none.
        }
      }
      return { keys };
    },
    write: async ({ provider, key }) => {
      const { [provider]: _, ...others } = read();
      if (key !== '' && why() !== '') throw new Error(why());
      write(key === '' ? others : { ...others, [provider]: secrets.encryptString(key).toString('base64') });
      return {};
    },
  };
}
