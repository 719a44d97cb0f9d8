// Owns `capstan collect`: recorded episodes in numbers, over tasks, programs, perturbations and seeds, for as long as it
// takes to have as many as asked for. Killed at any moment, the same command goes on. Must never keep half an episode.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { PERTURBATIONS } from '../../skills/bench/perturbation.ts';
import { runTrials } from '../../skills/bench/run-trials.ts';
import { TimeLeft } from '../../skills/bench/time-left.ts';
import { type Arm, armKey, type TrialRecord, trialKey } from '../../skills/bench/trial-record.ts';
import { tasksMeantBy, VERSION } from '../session/installation.ts';
import { type BenchAsked, sittingNow, TrialLog } from './bench-folder.ts';
import { keptArm, type PlannedArm, planArms, rigsSha256, workerArm } from './bench-plan.ts';
import { forkTrialWorker, type WorkerTrial } from './bench-pool.ts';
import { Progress } from './bench-progress.ts';
import {
  answer,
  type Command,
  type CommandInput,
  makeFolder,
  oneOf,
  tell,
  UsageError,
  wholeNumber,
} from './command.ts';
import { ProgramChecks } from './program-checks.ts';

const TIERS = ['S1', 'S2', 'S3', 'S4'] as const;
/** An arm whose program fails is given up after this many seeds for each episode asked for. */
const SEEDS_PER_EPISODE = 20;

export const COLLECT_COMMAND: Command = {
  name: 'collect',
  usage: '',
  summary: 'records episodes over seeds and perturbations until there are enough; the same command goes on with it',
  options: {
    tasks: { type: 'string', value: 'A,B', help: 'names, groups (tabletop) or files of tasks, separated by commas' },
    tier: { type: 'string', value: 'S1|S2|S3|S4', help: 'which functions the programs may call', default: 'S1' },
    policy: { type: 'string', value: 'expert|FILE', help: 'the program', default: 'expert' },
    perturb: {
      type: 'string',
      value: 'KIND,KIND',
      help: `how the tasks are changed, each on its own: ${PERTURBATIONS.join(', ')}`,
      default: 'none',
    },
    episodes: { type: 'string', value: 'N', help: 'episodes to keep of each task and perturbation', default: '50' },
    keep: { type: 'string', value: 'all|success', help: 'which episodes count and are kept', default: 'success' },
    seed0: { type: 'string', value: 'N', help: 'first seed', default: '0' },
    workers: { type: 'string', value: 'N', help: 'worker processes (default: one per core)' },
    out: { type: 'string', value: 'DIR', help: 'folder of the collection; its episodes/ is what "export" takes' },
    json: { type: 'boolean', help: 'print the totals as JSON on stdout' },
  },
  run: async (input) => {
    const request = readRequest(input);
    makeFolder('out', request.out);
    const checks = new ProgramChecks();
    const abort = new AbortController();
    let progress: Progress | undefined;
    const interrupt = () => {
      if (abort.signal.aborted) process.exit(1);
      progress?.end();
      tell('Ctrl-C: ending after the episodes that are recorded now; Ctrl-C again ends at once.');
      abort.abort();
    };
    process.on('SIGINT', interrupt);
    let log: TrialLog | undefined;
    try {
      const arms = await planArms(
        { ...request, agentsAt: () => [], trialLimitS: undefined, rigPath: undefined },
        checks,
      );
      log = TrialLog.open(request.out, askedOf(request, arms), sittingNow(request.workers), 'resume');
      const collection = new Collection(request, arms, log);
      progress = collection.progress;
      await collection.run(abort.signal);
      progress.end();
      const totals = collection.settle();
      for (const { task, perturbation, kept, tried } of totals) {
        const changed = perturbation === 'none' ? '' : `, ${perturbation} changed`;
        tell(`  ${task}${changed}: ${kept} of ${request.episodes} episodes from ${tried} seeds`);
      }
      if (abort.signal.aborted) tell(`interrupted: the same command goes on with ${request.out}`);
      else tell(`episodes: ${join(request.out, 'episodes')}; "capstan export" makes a data set of them`);
      if (input.flag('json')) answer({ folder: request.out, totals });
      return totals.every(({ kept }) => kept === request.episodes) ? 0 : 1;
    } finally {
      process.off('SIGINT', interrupt);
      progress?.end();
      log?.close();
      await checks.close();
    }
  },
};

interface CollectRequest {
  readonly tasks: readonly string[];
  readonly tiers: readonly [(typeof TIERS)[number]];
  readonly policies: readonly [string];
  readonly perturbations: readonly (typeof PERTURBATIONS)[number][];
  readonly episodes: number;
  readonly keep: 'all' | 'success';
  readonly seed0: number;
  readonly workers: number;
  readonly out: string;
}

/** @throws UsageError */
function readRequest(input: CommandInput): CollectRequest {
  if (input.words.length > 0) throw new UsageError(`"${input.words[0]}" is not expected here; name tasks with --tasks`);
  const [tasks, out] = [input.text('tasks'), input.text('out')];
  if (tasks === undefined) throw new UsageError('--tasks names the tasks, as in: --tasks cube-lift,cube-stack');
  if (out === undefined) throw new UsageError('--out names the folder of the collection');
  const kinds = (input.text('perturb') ?? '').split(',').map((kind) => oneOf('perturb', kind, PERTURBATIONS));
  return {
    tasks: tasks.split(',').flatMap(tasksMeantBy),
    tiers: [oneOf('tier', input.text('tier') ?? '', TIERS)],
    policies: [input.text('policy') ?? ''],
    perturbations: [...new Set(kinds)],
    episodes: wholeNumber('episodes', input.text('episodes') ?? '', 1, 100_000),
    keep: oneOf('keep', input.text('keep') ?? '', ['all', 'success']),
    seed0: wholeNumber('seed0', input.text('seed0') ?? '', 0, Number.MAX_SAFE_INTEGER - 10_000_000),
    workers: wholeNumber('workers', input.text('workers') ?? String(availableParallelism()), 1, 256),
    out: resolve(out),
  };
}

/** What a collection is, so that another one never goes on in its folder. More episodes of the same are welcome. */
function askedOf({ seed0 }: CollectRequest, arms: readonly PlannedArm[]): BenchAsked {
  return {
    capstan: VERSION,
    seed0,
    trials: 1,
    rig: null,
    rigSha256: rigsSha256(arms),
    compare: null,
    stopEarly: false,
    arms: arms.map(keptArm),
  };
}

interface CollectUnit {
  readonly arm: PlannedArm;
  readonly seed: number;
}

/** One run of the command: which seeds are still wanted, and which files stay. */
class Collection {
  readonly progress: Progress;
  readonly #request: CollectRequest;
  readonly #arms: readonly PlannedArm[];
  readonly #log: TrialLog;
  readonly #folder: string;
  readonly #results = new Map<string, TrialRecord>();
  readonly #nextSeed = new Map<string, number>();
  readonly #running = new Map<string, number>();
  readonly #timeLeft = new TimeLeft();

  constructor(request: CollectRequest, arms: readonly PlannedArm[], log: TrialLog) {
    this.#request = request;
    this.#arms = arms;
    this.#log = log;
    this.#folder = join(request.out, 'episodes');
    mkdirSync(this.#folder, { recursive: true });
    for (const trial of log.earlier) this.#results.set(trialKey(trial), trial);
    for (const arm of arms) this.#timeLeft.expect(arm.task, request.episodes);
    this.#removeHalves();
    if (log.earlier.length > 0) tell(`going on: ${this.#kept().length} episodes were kept before`);
    this.progress = new Progress('episodes', this.#kept().length / this.#wanted);
  }

  get #wanted(): number {
    return this.#arms.length * this.#request.episodes;
  }

  async run(signal: AbortSignal): Promise<void> {
    const arms = this.#arms.map(workerArm);
    await runTrials<CollectUnit & WorkerTrial>(
      {
        next: () => {
          const unit = this.#next();
          if (unit === undefined) return undefined;
          const { arm, seed } = unit;
          this.#running.set(armKey(arm), (this.#running.get(armKey(arm)) ?? 0) + 1);
          const input = async () => {
            const { taskFile, block } = await arm.inputFor(seed);
            const episodeFile = this.#fileOf(arm, seed);
            rmSync(episodeFile, { force: true });
            const index = this.#arms.indexOf(arm);
            return { arm: index, seed, taskText: taskFile.text, taskPath: taskFile.path, block, episodeFile };
          };
          return { arm, seed, limitS: arm.limitS, input };
        },
        workers: Math.min(this.#request.workers, this.#wanted),
        startWorker: () => forkTrialWorker().configure({ arms, recordFolder: null }),
        nowS: () => performance.now() / 1000,
        onResult: ({ arm, seed }, result) => {
          const { task, tier, policy, perturbation } = arm;
          const record: TrialRecord = { task, tier, policy, perturbation, ...result };
          this.#running.set(armKey(arm), (this.#running.get(armKey(arm)) ?? 1) - 1);
          // The file first: what the log says is kept is there.
          if (!this.#counts(record)) rmSync(this.#fileOf(arm, seed), { force: true });
          this.#log.append(record);
          this.#results.set(trialKey(record), record);
          this.#timeLeft.done(task, result.openSeconds + result.wallSeconds);
          const kept = this.#kept().length;
          this.progress.update(kept, this.#wanted, '', this.#timeLeft.seconds(this.#request.workers));
        },
      },
      signal,
    );
  }

  /** Lets go of what came beyond the number asked for, and says what there is. */
  settle() {
    const kept = new Set(this.#kept().map(trialKey));
    for (const arm of this.#arms) {
      for (const trial of this.#trialsOf(arm)) {
        if (!kept.has(trialKey(trial))) rmSync(this.#fileOf(arm, trial.seed), { force: true });
      }
    }
    const totals = this.#arms.map((arm) => {
      const trials = this.#trialsOf(arm);
      const seeds = trials.filter((trial) => kept.has(trialKey(trial))).map(({ seed }) => seed);
      const { task, tier, perturbation } = arm;
      return { task, tier, perturbation, kept: seeds.length, tried: trials.length, seeds };
    });
    writeFileSync(join(this.#request.out, 'collection.json'), `${JSON.stringify(totals, null, 2)}\n`);
    return totals;
  }

  /** The lowest seed still wanted, of the first arm that lacks episodes. */
  #next(): CollectUnit | undefined {
    const { episodes, seed0 } = this.#request;
    for (const arm of this.#arms) {
      const key = armKey(arm);
      const good = this.#trialsOf(arm).filter((trial) => this.#counts(trial)).length;
      if (good + (this.#running.get(key) ?? 0) >= episodes) continue;
      let seed = this.#nextSeed.get(key) ?? seed0;
      while (this.#results.has(trialKey({ ...arm, seed }))) seed += 1;
      if (seed - seed0 >= SEEDS_PER_EPISODE * episodes) continue;
      this.#nextSeed.set(key, seed + 1);
      return { arm, seed };
    }
    return undefined;
  }

  #counts({ success, stage }: TrialRecord): boolean {
    return this.#request.keep === 'success' ? success : stage !== 'crash';
  }

  /** In the order of seeds. */
  #trialsOf(arm: Arm): TrialRecord[] {
    return [...this.#results.values()].filter((trial) => armKey(trial) === armKey(arm)).sort((a, b) => a.seed - b.seed);
  }

  /** The first of each arm in the order of seeds: the same ones, whatever the number of workers. */
  #kept(): TrialRecord[] {
    return this.#arms.flatMap((arm) =>
      this.#trialsOf(arm)
        .filter((trial) => this.#counts(trial))
        .slice(0, this.#request.episodes),
    );
  }

  #fileOf({ task, tier, perturbation }: Arm, seed: number): string {
    const changed = perturbation === 'none' ? '' : `-${perturbation}`;
    return join(this.#folder, `${task}-${tier}${changed}-seed-${String(seed).padStart(7, '0')}.mcap`);
  }

  /** Files of trials that a kill has cut off. */
  #removeHalves(): void {
    const whole = new Set(this.#arms.flatMap((arm) => this.#trialsOf(arm).map(({ seed }) => this.#fileOf(arm, seed))));
    for (const name of readdirSync(this.#folder)) {
      const path = join(this.#folder, name);
      if (name.endsWith('.mcap') && !whole.has(path)) rmSync(path);
    }
  }
}
