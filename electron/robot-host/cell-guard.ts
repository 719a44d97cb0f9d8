// Owns the stop path of a live cell, on the main thread of its robot host: it raises the stop word, has the stop latched
// by the cell's thread, and watches the beats while a block runs. Must never do anything that takes longer than a glance,
// and never clears a stop by itself.

import { BEAT_LIMITS_S, type BeatRule, type BeatSource, createBeats, lateInWords } from '../../drivers/gate/beats.ts';
import type { StopCause } from '../../drivers/gate/stop-latch.ts';
import { CELL_GUARD_CONTRACT, type CellParts, type CellView } from '../ipc/cell-guard-contract.ts';
import { HAND_S } from '../ipc/operator-pace.ts';
import type { OpenParams } from '../ipc/robot-host-contract.ts';
import { type Channel, type Client, connect, type Result } from '../ipc/rpc.ts';
import { monotonicS } from './monotonic-clock.ts';
import type { MainEnd } from './stop-word.ts';

/** The beats are looked at this often while a block runs, milliseconds. */
const WATCH_MS = 25;

/** The guard notices silence this much before the gate does, seconds: it alone can say why somebody is silent. */
const EARLIER_S = 0.08;

function earlier(rule: BeatRule): BeatRule {
  const { toRunS } = rule;
  return toRunS === 'any' ? rule : { ...rule, toRunS: Math.max(BEAT_LIMITS_S.least, toRunS - EARLIER_S) };
}

export type StopOutcome = Result<typeof CELL_GUARD_CONTRACT, 'stop'>;
type Standing = CellView['stops'][number];

export interface CellGuardOptions {
  readonly channel: Channel;
  readonly end: MainEnd;
  /** Who must beat, once the cell is open; the gate has the same rules. */
  readonly rules: (params: OpenParams) => readonly BeatRule[];
  /** Why a source is silent, where more is known than its age. */
  readonly whySilent: (source: BeatSource) => string | undefined;
}

export class CellGuard {
  readonly #end: MainEnd;
  readonly #cell: Client<typeof CELL_GUARD_CONTRACT>;
  readonly #options: CellGuardOptions;
  readonly #changed: (() => void)[] = [];
  readonly #stopped: ((stop: Standing & { readonly restConfirmed: boolean }) => void)[] = [];
  readonly #reported = new Set<string>();
  #beats: ReturnType<typeof createBeats> | undefined;
  #watch: NodeJS.Timeout | undefined;
  #view: CellView = {
    epoch: 0,
    stops: [],
    running: null,
    speedScale: 1,
    pace: { mode: 'run', pausing: false, waiting: null },
    jogging: false,
  };
  /** When the hand was last on the switch of hold-to-run; undefined when it has been let go. */
  #heldS: number | undefined;
  #parts: CellParts | undefined;

  constructor(options: CellGuardOptions) {
    this.#options = options;
    this.#end = options.end;
    this.#cell = connect(CELL_GUARD_CONTRACT, options.channel, {
      view: (view) => this.#note(view),
      parts: (parts) => {
        this.#parts = parts;
        this.#tellChange();
      },
    });
  }

  async open(params: OpenParams) {
    const rules = this.#options.rules(params).map(earlier);
    this.#beats = createBeats(rules, 'simulated', monotonicS, this.#end.heardS);
    this.#watch = setInterval(() => this.#lookForSilence(), WATCH_MS);
    return this.#cell.request('open', params);
  }

  get view(): CellView {
    return this.#view;
  }

  /** Undefined before the cell is open. */
  get parts(): CellParts | undefined {
    return this.#parts;
  }

  /** A stop was raised and is not latched yet. */
  get isStopping(): boolean {
    return this.#end.isRaised();
  }

  onChange(listener: () => void): void {
    this.#changed.push(listener);
  }

  /** Told once of each stop, when the robot has answered it. */
  onStopped(listener: (stop: Standing & { readonly restConfirmed: boolean }) => void): void {
    this.#stopped.push(listener);
  }

  /** Shuts the gate before it returns; the answer tells what the robot did. */
  stop(cause: StopCause): Promise<StopOutcome> {
    const number = this.#end.raise(cause);
    return this.#cell.request('stop', { number, ...cause });
  }

  /** Stops for a reason that nobody waits for the answer of. */
  stopUnasked(cause: StopCause): void {
    // What comes back of it comes with the view of the gate.
    this.stop(cause).catch(() => undefined);
  }

  /** @throws RemoteError when the gate refuses */
  async reset(stopId: string, by: string): Promise<void> {
    await this.#cell.request('reset', { stopId, by });
  }

  /** What the holder of control asks of the cell while a program runs or rests. @throws RemoteError in words */
  ask: Client<typeof CELL_GUARD_CONTRACT>['request'] = (name, params) => this.#cell.request(name, params);

  /** The switch of hold-to-run. Letting it go while a block of that mode runs is a stop, at once. */
  hold(down: boolean, by: string): void {
    if (down) {
      this.#heldS = monotonicS();
      this.#cell.notify('held', {});
      return;
    }
    this.#heldS = undefined;
    if (this.#isHeldToRun()) this.stopUnasked({ source: 'operator', detail: `${by} let the hold-to-run switch go` });
  }

  /** The session is gone: resolves when the episode is complete. */
  async abandon(): Promise<void> {
    clearInterval(this.#watch);
    await this.#cell.request('end', {});
  }

  log(message: string): void {
    this.#cell.notify('log', { message });
  }

  #note(view: CellView): void {
    this.#view = view;
    for (const stop of view.stops) {
      const { id, restConfirmed } = stop;
      if (restConfirmed === null || this.#reported.has(id)) continue;
      this.#reported.add(id);
      for (const listener of this.#stopped) listener({ ...stop, restConfirmed });
    }
    this.#tellChange();
  }

  #tellChange(): void {
    for (const listener of this.#changed) listener();
  }

  /** A block moves in hold mode: it has begun, and does not wait for the hand. */
  #isHeldToRun(): boolean {
    const { running, pace } = this.#view;
    return running !== null && pace.mode === 'hold' && pace.waiting?.kind !== 'hold';
  }

  #lookForSilence(): void {
    if (this.#view.running === null || this.#end.isRaised()) return;
    if (this.#isHeldToRun() && !(this.#heldS !== undefined && monotonicS() - this.#heldS <= HAND_S)) {
      this.stopUnasked({ source: 'operator', detail: 'the hold-to-run switch was not held' });
      return;
    }
    const late = this.#beats?.late('run') ?? [];
    if (late.length === 0) return;
    const reasons = late.map(({ source }) => this.#options.whySilent(source)).filter((why) => why !== undefined);
    const detail = [lateInWords(late), ...reasons].join('; ');
    this.stopUnasked({ source: 'watchdog', detail });
  }
}
