// Owns the few messages that are looked at again and again while they stand around the cursor. Must never keep many: a
// decoded message takes several times its bytes.

import type { EpisodeMessage } from '../../drivers/episode/reader.ts';

export interface Stored {
  decode(): EpisodeMessage | undefined;
}

export interface DecodedMemo {
  decoded(stored: Stored): EpisodeMessage | undefined;
  clear(): void;
}

const REMEMBERED = 96;

export function createDecodedMemo(remembered = REMEMBERED): DecodedMemo {
  const known = new Map<Stored, EpisodeMessage | undefined>();
  return {
    decoded(stored) {
      if (known.has(stored)) {
        const message = known.get(stored);
        known.delete(stored);
        known.set(stored, message);
        return message;
      }
      const message = stored.decode();
      known.set(stored, message);
      if (known.size > remembered) {
        for (const oldest of known.keys()) {
          known.delete(oldest);
          break;
        }
      }
      return message;
    },
    clear: () => known.clear(),
  };
}
