// Owns benchmarks that a window starts, watches and compares: each is `capstan bench` in a process of its own, followed by
// the folder that it writes. Must never let one outlive the console, nor tell of a trial that was not judged.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { benchRow } from '../../skills/bench/bench-row.ts';
import { armKey } from '../../skills/bench/trial-record.ts';
import { readBenchFolder } from '../cli/bench-folder.ts';
import { folderComparison } from '../cli/compare-command.ts';
import { CONSOLE_TIERS, type ConsoleBench } from '../ipc/console-contract.ts';
import { ConsoleRefusal } from '../session/console-refusal.ts';
import { bundledEntry } from '../session/installation.ts';

export interface BenchRequest {
  readonly tasks: readonly string[];
  readonly tier: ConsoleBench['tier'];
  readonly trials: number;
  readonly seed0: number;
  readonly workers: number | null;
}

interface Running {
  readonly child: ChildProcess;
  readonly request: BenchRequest;
  readonly startedAt: string;
  readonly startedMs: number;
  /** What it said last. */
  said: string;
  isCancelled: boolean;
}

/** A folder is looked at this often while trials end, milliseconds. */
const LOOK_MS = 1000;
/** One bench uses the whole machine, and the cell beside it needs some of it. */
const MOST_AT_ONCE = 1;

export class ConsoleBenches {
  readonly #folder: string;
  readonly #onChange: (bench: ConsoleBench) => void;
  readonly #running = new Map<string, Running>();
  /** All that this session has started: one that fails at once leaves nothing in its folder. */
  readonly #started = new Map<string, Running>();
  /** How those of this session have ended. */
  readonly #ends = new Map<string, Pick<ConsoleBench, 'state' | 'message'>>();

  /** @param folder that holds a folder for each benchmark */
  constructor(folder: string, onChange: (bench: ConsoleBench) => void) {
    this.#folder = folder;
    this.#onChange = onChange;
  }

  /** Newest first. */
  list(): ConsoleBench[] {
    const kept = existsSync(this.#folder)
      ? readdirSync(this.#folder, { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map(({ name }) => name)
      : [];
    return [...new Set([...kept, ...this.#started.keys()])]
      .flatMap((id) => this.#shown(id) ?? [])
      .sort((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0));
  }

  /** @throws ConsoleRefusal */
  start(request: BenchRequest): string {
    if (this.#running.size >= MOST_AT_ONCE) {
      throw new ConsoleRefusal(
        'BUSY',
        'A benchmark is running. No other was started.',
        'Wait for its end, or cancel it.',
      );
    }
    const wrong = request.tasks.find((task) => !/^[\w-]+$/.test(task));
    if (wrong !== undefined) throw new ConsoleRefusal('NO_TASK', 'There is no such task. Nothing was started.', '');
    const startedAt = new Date().toISOString();
    const id = startedAt.replaceAll(':', '-');
    mkdirSync(this.#folder, { recursive: true });
    const { tasks, tier, trials, seed0, workers } = request;
    const words = ['bench', '--tasks', tasks.join(','), '--tier', tier, '--trials', `${trials}`, '--seed0', `${seed0}`];
    const more = workers === null ? [] : ['--workers', `${workers}`];
    const child = spawn(
      process.execPath,
      [bundledEntry('capstan.js'), ...words, ...more, '--out', join(this.#folder, id)],
      { stdio: ['ignore', 'ignore', 'pipe'], windowsHide: true },
    );
    const running: Running = {
      child,
      request,
      startedAt,
      startedMs: performance.now(),
      said: '',
      isCancelled: false,
    };
    this.#running.set(id, running);
    this.#started.set(id, running);
    child.stderr?.on('data', (text: Buffer) => {
      const line = String(text).trim().split('\n').at(-1) ?? '';
      if (line !== '') running.said = line.slice(0, 500);
    });
    let told = '';
    const tell = () => {
      const bench = this.#shown(id);
      const text = JSON.stringify(bench);
      if (bench === undefined || text === told) return;
      told = text;
      this.#onChange(bench);
    };
    const timer = setInterval(tell, LOOK_MS);
    const end = (code: number | null) => {
      if (!this.#running.delete(id)) return;
      clearInterval(timer);
      const state = running.isCancelled ? 'cancelled' : code === 0 ? 'done' : 'failed';
      this.#ends.set(id, { state, message: state === 'failed' ? running.said : '' });
      tell();
    };
    child.once('error', () => end(null));
    child.once('exit', end);
    tell();
    return id;
  }

  /** Ends it after the trials that run now; asked twice, at once. @throws ConsoleRefusal when it does not run */
  cancel(id: string): void {
    const running = this.#running.get(id);
    if (running === undefined) {
      throw new ConsoleRefusal('NO_BENCH', 'This benchmark does not run. Nothing was changed.', '');
    }
    running.isCancelled = true;
    running.child.kill('SIGINT');
  }

  /** @throws ConsoleRefusal or UsageError in words */
  compare(a: string, b: string): string {
    const known = this.list().map(({ id }) => id);
    if (!known.includes(a) || !known.includes(b)) {
      throw new ConsoleRefusal('NO_BENCH', 'There is no such benchmark; it may have been deleted.', 'Reload the list.');
    }
    return folderComparison(join(this.#folder, a), join(this.#folder, b), 'fixed').lines.join('\n');
  }

  /** Ends those that run. */
  async close(): Promise<void> {
    const ends = [...this.#running.values()].map(({ child }) => {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGINT');
      // The second one ends at once.
      child.kill('SIGTERM');
      return gone;
    });
    await Promise.all(ends);
  }

  /** What a folder tells; undefined for one that holds no benchmark. */
  #shown(id: string): ConsoleBench | undefined {
    const running = this.#running.get(id);
    let read: ReturnType<typeof readBenchFolder>;
    try {
      read = readBenchFolder(join(this.#folder, id));
    } catch {
      const mine = this.#started.get(id);
      if (mine === undefined) return undefined;
      const { tasks, tier, trials, seed0 } = mine.request;
      const of = tasks.length * trials;
      const base = { id, tasks: [...tasks], tier, policy: 'expert', trials, seed0, rows: [], done: 0, of, leftS: null };
      const { state, message } = this.#ends.get(id) ?? { state: 'running', message: 'its programs are being checked' };
      return { ...base, state, message, startedAt: mine.startedAt };
    }
    const { info, trials } = read;
    const { asked, sittings } = info;
    const sitting = sittings.at(-1);
    const rows = asked.arms.flatMap((arm) => {
      const mine = trials.filter((trial) => armKey(trial) === armKey(arm));
      if (mine.length === 0) return [];
      const {
        task,
        tier,
        policy,
        trials: count,
        successes,
        wilson95,
        failures,
        realTimeFactor,
      } = benchRow(arm as Parameters<typeof benchRow>[0], mine, sitting?.workers ?? 1);
      return [
        {
          task,
          tier,
          policy,
          trials: count,
          successes,
          wilson95: [...wilson95] as [number, number],
          failures,
          realTimeFactor,
        },
      ];
    });
    const of = asked.arms.length * asked.trials;
    const done = trials.length;
    const elapsedS = running === undefined ? 0 : (performance.now() - running.startedMs) / 1000;
    return {
      id,
      state: running !== undefined ? 'running' : done >= of ? 'done' : 'cancelled',
      ...(this.#ends.get(id) ?? {
        message: running === undefined && done < of ? 'it was ended before all trials' : '',
      }),
      tasks: [...new Set(asked.arms.map(({ task }) => task))],
      tier: CONSOLE_TIERS.find((tier) => tier === asked.arms[0].tier) ?? asked.arms[0].tier,
      policy: [...new Set(asked.arms.map(({ policy }) => policy))].join(', '),
      trials: asked.trials,
      seed0: asked.seed0,
      done,
      of,
      leftS: running === undefined || done === 0 ? null : (elapsedS / done) * (of - done),
      rows,
      startedAt: sitting?.startedAt ?? '',
    };
  }
}
