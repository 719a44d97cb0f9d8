// Owns where the bytes of a recording come from in a window: the session's server by ranges, or a file that was dropped.
// Must never hold a whole file in memory, nor put a token into an address.

import type { EpisodeSource } from '../../drivers/episode/reader.ts';
import { createBreather } from './breather.ts';

/** An episode on the session's server. @throws Error from its methods, with words for people */
export function episodeOverHttp(url: string, token: string, signal?: AbortSignal): EpisodeSource {
  const ask = async (headers: Readonly<Record<string, string>>, method: 'GET' | 'HEAD') => {
    const response = await fetch(url, { method, headers: { authorization: `Bearer ${token}`, ...headers }, signal });
    if (response.ok) return response;
    if (response.status === 404) throw new Error('the file is not there any more');
    if (response.status === 401 || response.status === 403) throw new Error('the session does not accept this window');
    throw new Error(`the session answered ${response.status}`);
  };
  return {
    async size() {
      const response = await ask({}, 'HEAD');
      const length = Number(response.headers.get('content-length') ?? Number.NaN);
      if (!Number.isSafeInteger(length)) throw new Error('the session did not say how long the file is');
      return length;
    },
    async read(offset, length) {
      if (length === 0) return new Uint8Array(0);
      const response = await ask({ range: `bytes=${offset}-${offset + length - 1}` }, 'GET');
      if (response.status !== 206) {
        await response.body?.cancel();
        throw new Error('the session gave the whole file instead of a part of it');
      }
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}

/** A file that was dropped or chosen. */
export function episodeInFile(file: Blob): EpisodeSource {
  return {
    size: async () => file.size,
    read: async (offset, length) => new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()),
  };
}

/** The same bytes; reading much of them lets frames through, and ends when the signal does. */
export function patientSource(source: EpisodeSource, signal: AbortSignal): EpisodeSource {
  const breathe = createBreather();
  return {
    async size() {
      signal.throwIfAborted();
      return source.size();
    },
    async read(offset, length) {
      await breathe();
      signal.throwIfAborted();
      return source.read(offset, length);
    },
  };
}
