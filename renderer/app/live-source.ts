// Owns which source the panels show while no recording is chosen: that of the open cell. A source is made per cell and
// thrown away with it. Must never show the past of another cell as if it were this one.

import type { OpenCell } from '../../electron/ipc/console-contract.ts';
import type { Source } from '../source/source.ts';
import { useConsole } from './console-store.ts';

export type LiveSourceMaker = (cell: OpenCell, client: string) => Source;

let make: LiveSourceMaker | undefined;
let live: { readonly key: string; readonly source: Source } | undefined;

const keyOf = (cell: OpenCell) => `${cell.id} ${cell.sockets.url}`;

function follow(cell: OpenCell | null): void {
  if (make === undefined) return;
  const key = cell === null ? undefined : keyOf(cell);
  if (live?.key === key) return;
  const before = live;
  live = cell === null || key === undefined ? undefined : { key, source: make(cell, useConsole.getState().client) };
  const { replayOf } = useConsole.getState();
  if (replayOf === null) useConsole.setState({ source: live?.source, hoverS: null });
  before?.source.dispose();
}

/** Leaves a recording. */
export function showLive(): void {
  const { source, replayOf } = useConsole.getState();
  useConsole.setState({ source: live?.source, replayOf: null, hoverS: null, selection: null });
  if (replayOf !== null && source !== undefined && source !== live?.source) source.dispose();
}

/** Shows a recording in all panels. @param name as shown to the operator */
export function showReplay(recording: Source, name: string): void {
  const { source, replayOf } = useConsole.getState();
  useConsole.setState({ source: recording, replayOf: name, hoverS: null, selection: null });
  if (replayOf !== null && source !== undefined && source !== live?.source) source.dispose();
}

/** Once, at start. */
export function startLiveSource(maker: LiveSourceMaker): void {
  make = maker;
  const { state } = useConsole.getState();
  if (state !== undefined) follow(state.cell);
  useConsole.subscribe(({ state: now }, { state: before }) => {
    if (now !== undefined && now.cell !== before?.cell) follow(now.cell);
  });
}
