// Owns what changes at human speed in the window: the session's state, the cell's status, which source is shown, what is
// chosen. Poses and samples never go through here: they stay in sources. Must never talk to a socket.

import { create } from 'zustand';
import type { CellStatus } from '../../electron/ipc/cell-sockets.ts';
import type { ConsoleSettings, ConsoleState, TaskSummary } from '../../electron/ipc/console-contract.ts';
import type { Source } from '../source/source.ts';

/** How a socket stands. 'lost' tries again by itself; 'refused' does not. */
export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  | { readonly kind: 'lost'; readonly why: string; readonly since: number }
  | { readonly kind: 'refused'; readonly why: string };

/** Something the operator points at, wherever it was clicked. */
export type Selection =
  | { readonly kind: 'object'; readonly name: string }
  | { readonly kind: 'line'; readonly block: number; readonly line: number }
  | null;

export interface Toast {
  readonly id: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly hint: string;
}

/** What became of the operator's last stop. */
export type StopDelivery =
  | { readonly kind: 'sent' }
  /** The gate is closed; how long that took here, from the key to the answer, and at the robot host. */
  | { readonly kind: 'closed'; readonly roundTripMs: number; readonly gateMs: number }
  /** It could not be sent, or was not answered; it is sent as soon as the link is back. */
  | { readonly kind: 'undelivered'; readonly why: string };

/** The open cell as seen through its own sockets. */
export interface CellLinks {
  readonly stop: LinkState;
  readonly control: LinkState;
  /** Age of what is shown as the cell's status can be told from this: `performance.now()` of the last one. */
  readonly statusAtMs: number;
  readonly stopDelivery: StopDelivery | null;
}

export interface ConsoleStore {
  readonly client: string;
  readonly session: LinkState;
  /** Undefined while no cell is open. */
  readonly cellLinks: CellLinks | undefined;
  /** What the robot host said last; undefined until it has, and when its link is lost. */
  readonly cellStatus: CellStatus | undefined;
  /** Whether this window holds control. */
  readonly holdsLease: boolean;
  readonly state: ConsoleState | undefined;
  readonly tasks: readonly TaskSummary[];
  readonly settings: ConsoleSettings | undefined;
  /** What the panels show. Undefined while no cell is open and no recording is shown. */
  readonly source: Source | undefined;
  /** Of the shown recording; null for the live cell. */
  readonly replayOf: string | null;
  readonly selection: Selection;
  /** Instant under the pointer on the timeline or a plot, robot time in seconds; null when there is none. */
  readonly hoverS: number | null;
  readonly toasts: readonly Toast[];
}

export const useConsole = create<ConsoleStore>(() => ({
  client: '',
  session: { kind: 'connecting' },
  cellLinks: undefined,
  cellStatus: undefined,
  holdsLease: false,
  state: undefined,
  tasks: [],
  settings: undefined,
  source: undefined,
  replayOf: null,
  selection: null,
  hoverS: null,
  toasts: [],
}));

let lastToast = 0;

/** Takes a toast away. */
export function dismissToast(id: number): void {
  useConsole.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}

/** Shows a few words that go away by themselves, unless they tell of an error. */
export function toast(level: Toast['level'], message: string, hint = ''): void {
  lastToast += 1;
  const made = { id: lastToast, level, message, hint };
  useConsole.setState(({ toasts }) => ({ toasts: [...toasts.slice(-4), made] }));
}
