// Owns a live cell's side towards the windows: the door, the three sockets behind it, the lease, and the status that all
// of them are told. Lives on the guarding main thread. Must never do anything slower than sending what it was given.

import type { OutgoingFrame } from '../ipc/cell-guard-contract.ts';
import type { CellStatus } from '../ipc/cell-sockets.ts';
import type { OpenParams } from '../ipc/robot-host-contract.ts';
import type { CellGuard } from './cell-guard.ts';
import { cellStatus, statusKey } from './cell-status.ts';
import { type ConsoleDoor, openDoor } from './console-door.ts';
import { ControlSocket } from './control-socket.ts';
import { Lease } from './lease.ts';
import { monotonicS } from './monotonic-clock.ts';
import { StateLog } from './state-log.ts';
import { StateSocket } from './state-socket.ts';
import { StopSocket } from './stop-socket.ts';
import type { MainEnd } from './stop-word.ts';

/** The status is told this often though nothing has changed, and looked at this often, milliseconds. */
const STATUS_MS = 500;
const LOOK_MS = 50;

export interface ConsoleSideOptions {
  readonly guard: CellGuard;
  readonly end: MainEnd;
  /** Told of every status that the windows are told of because something has changed. */
  readonly onStatus: (status: CellStatus) => void;
}

export class ConsoleSide {
  readonly #options: ConsoleSideOptions;
  readonly #openedS = monotonicS();
  readonly #lease: Lease;
  readonly #control: ControlSocket;
  readonly #stop: StopSocket;
  readonly #log = new StateLog();
  #state: StateSocket | undefined;
  #door: ConsoleDoor | undefined;
  #echoDelayMs: number | undefined;
  #toldKey = '';
  #toldMs = 0;
  #toldCall = '';

  constructor(options: ConsoleSideOptions) {
    const { guard, end } = options;
    this.#options = options;
    this.#lease = new Lease(monotonicS, (before, why) => {
      // First of all, so that the stop has these words and not those of a silence.
      if (before !== undefined && guard.view.running !== null) guard.stopUnasked({ source: 'window', detail: why });
      // The beats of one holder say nothing of the next.
      end.forget('window');
      end.forget('stop-channel');
      this.#echoDelayMs = undefined;
      this.#look();
    });
    this.#control = new ControlSocket({
      guard,
      lease: this.#lease,
      onBeat: () => end.hear('window', monotonicS()),
    });
    this.#stop = new StopSocket(guard, (client, delayMs) => {
      if (!this.#lease.isHeldBy(client)) return;
      end.hear('stop-channel', monotonicS());
      this.#echoDelayMs = delayMs;
    });
    guard.onChange(() => this.#look());
  }

  /** Opens the port. @throws Error when it cannot be had */
  async open(params: OpenParams): Promise<number> {
    if (params.console === null) throw new Error('this session has no console');
    const { guard } = this.#options;
    const state = new StateSocket({ log: this.#log, episode: params.episodeId });
    this.#state = state;
    this.#door = await openDoor({
      ...params.console,
      episode: params.episodeId,
      log: (message) => {
        console.error(`console: ${message}`);
        guard.log(message);
      },
      onVisitor: {
        stop: (visitor) => this.#stop.welcome(visitor),
        control: (visitor) => this.#control.welcome(visitor),
        state: (visitor) => state.welcome(visitor),
      },
    });
    setInterval(() => this.#look('with calls'), LOOK_MS);
    return this.#door.port;
  }

  /** What has just happened in the episode. */
  add(frames: readonly OutgoingFrame[]): void {
    this.#state?.add(frames);
  }

  /** Why the window is silent, where more is known than its age. */
  whySilent(): string | undefined {
    const { holder, isHidden } = this.#lease;
    if (holder === undefined) return 'no window holds control';
    return isHidden ? `the window of ${holder.name} is hidden` : undefined;
  }

  close(reason: string): void {
    this.#door?.close(reason);
    void this.#log.close();
  }

  /** A program makes as many calls as it likes: they alone are told no more often than the timer looks. */
  #look(how: 'at once' | 'with calls' = 'at once'): void {
    const { guard, end, onStatus } = this.#options;
    const status = cellStatus({
      nowS: monotonicS(),
      openedS: this.#openedS,
      view: guard.view,
      parts: guard.parts,
      holder: this.#lease.holder,
      isHidden: this.#lease.isHidden,
      heardS: (source) => end.heardS(source),
      echoDelayMs: this.#echoDelayMs,
      aliveS: end.aliveS(),
      robotTimeS: end.robotTimeS(),
    });
    const key = statusKey(status);
    const nowMs = performance.now();
    const call = JSON.stringify(status.running?.call ?? null);
    const hasChanged = key !== this.#toldKey;
    const hasNewCall = how === 'with calls' && call !== this.#toldCall;
    if (!hasChanged && !hasNewCall && nowMs - this.#toldMs < STATUS_MS) return;
    this.#toldKey = key;
    this.#toldCall = call;
    this.#toldMs = nowMs;
    this.#control.tell(status);
    if (hasChanged) onStatus(status);
  }
}
