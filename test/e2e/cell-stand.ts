// A session with a console, on a real robot host process, and windows of it.

import type { RunPace } from '../../electron/ipc/operator-pace.ts';
import { RemoteError } from '../../electron/ipc/rpc.ts';
import { PLAIN_RUN, type RunSettings } from '../../electron/session/cell.ts';
import type { SessionOptions } from '../../electron/session/session.ts';
import { NodeWindow, ORIGIN, StateReader, TOKEN } from './node-window.ts';
import { APPROVE, openStand, ScriptedOperator, type SessionStand } from './session-stand.ts';

export interface CellStand extends SessionStand {
  readonly port: number;
  window(client?: string): Promise<NodeWindow>;
  reader(from?: number): Promise<StateReader>;
  /** Checks, offers, approves and starts a program; resolves when it has ended. */
  start(
    source: string,
    how?: { readonly settings?: Partial<RunSettings>; readonly pace?: RunPace },
  ): Promise<Awaited<ReturnType<SessionStand['session']['run']>>>;
}

export async function openCell(options: Partial<SessionOptions> & { readonly task?: string } = {}): Promise<CellStand> {
  const stand = await openStand(new ScriptedOperator(() => APPROVE), {
    pace: 1,
    ...options,
    console: { port: 0, token: TOKEN, origins: [ORIGIN] },
  });
  const { session } = stand;
  const port = session.consolePort ?? 0;
  const windows: NodeWindow[] = [];
  const readers: StateReader[] = [];
  const startOnce: CellStand['start'] = async (source, { settings: changed = {}, pace } = {}) => {
    const settings = { ...PLAIN_RUN, ...changed };
    const checked = await session.check(source, 'file');
    if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
    const block = session.blockOf(source, checked);
    const offer = await session.offer(block, settings);
    await session.approve(offer, { kind: 'person', name: 'test' }, settings);
    return await session.run(block, offer.offerId, settings, checked, pace);
  };
  return {
    ...stand,
    port,
    window: async (client) => {
      const window = await NodeWindow.open(port, client);
      windows.push(window);
      return window;
    },
    reader: async (from) => {
      const reader = await StateReader.open(port, {
        from,
        episode: from === undefined ? undefined : session.episodeId,
      });
      readers.push(reader);
      return reader;
    },
    start: async (source, how) => {
      // On a busy machine a beat may be late for a start; whoever sits there starts again.
      for (;;) {
        try {
          return await startOnce(source, how);
        } catch (error) {
          const isLate = error instanceof RemoteError && error.code === 'NO_BEAT';
          if (!isLate || windows.length === 0) throw error;
        }
      }
    },
    close: async () => {
      for (const window of windows) window.close();
      for (const { socket } of readers) socket.terminate();
      await stand.close();
    },
  };
}
