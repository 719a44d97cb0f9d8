// Owns `capstan bench`: trials over tasks, tiers, policies, perturbations and seeds on all cores, kept as they end, and a
// row for each with its uncertainty.

import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { Budget, type Caps } from '../../skills/agent/budget.ts';
import { AGENT_TIERS, type AgentTier, agentMode } from '../../skills/agent/modes.ts';
import { VoicesError } from '../../skills/agent/voices.ts';
import { type BenchRow, benchRow, rowInWords } from '../../skills/bench/bench-row.ts';
import {
  armPairs,
  comparisonInWords,
  comparisonsOf,
  DIMENSIONS,
  type Dimension,
  reachInWords,
} from '../../skills/bench/comparison.ts';
import { PERTURBATIONS, type Perturbation } from '../../skills/bench/perturbation.ts';
import { runTrials, type TrialWorker } from '../../skills/bench/run-trials.ts';
import { TimeLeft } from '../../skills/bench/time-left.ts';
import { EarlyStop, type TrialUnit, trialUnits } from '../../skills/bench/trial-queue.ts';
import { type Arm, armKey, type TrialRecord, trialKey } from '../../skills/bench/trial-record.ts';
import { type ModelSource, openModels, providerModels } from '../session/agent-models.ts';
import { type AgentSettings, ENSEMBLE_NOTE } from '../session/agent-settings.ts';
import { readExpert, type TaskFile, tasksMeantBy, userFolder, VERSION } from '../session/installation.ts';
import { runModelTrial } from '../session/model-trial.ts';
import { makeRecordFolder } from '../session/session.ts';
import { AGENT_OPTIONS, readAgentSettings, readCaps } from './agent-options.ts';
import { type BenchAsked, sittingNow, TrialLog } from './bench-folder.ts';
import { armFolder, keptArm, type PlannedArm, planArms, rigsSha256, seedFolder, workerArm } from './bench-plan.ts';
import { forkTrialWorker, type LoadingWorker, type WorkerSetup, type WorkerTrial } from './bench-pool.ts';
import { Progress } from './bench-progress.ts';
import {
  answer,
  type Command,
  type CommandInput,
  makeFolder,
  oneOf,
  printable,
  tell,
  UsageError,
  wholeNumber,
} from './command.ts';
import { ProgramChecks } from './program-checks.ts';

export const BENCH_COMMAND: Command = {
  name: 'bench',
  usage: '',
  summary: 'runs many trials without previews and reports success rates with their uncertainty',
  options: {
    tasks: {
      type: 'string',
      value: 'A,B|all',
      help: 'names, groups (tabletop) or files of tasks, separated by commas',
      default: 'all',
    },
    tiers: {
      type: 'string',
      value: 'S1,M3',
      help: 'which functions the programs may call; M1 to M4 also what a model is told (default: S1)',
    },
    tier: { type: 'string', value: 'S1', help: 'the same as --tiers' },
    policies: {
      type: 'string',
      value: 'expert,model,FILE',
      help: 'who writes the programs: the expert, the models of --model, a file (default: expert)',
    },
    policy: { type: 'string', value: 'expert|model|FILE', help: 'the same as --policies' },
    ...AGENT_OPTIONS,
    model: {
      ...AGENT_OPTIONS.model,
      value: 'NAME,NAME',
      help: 'the models that --policy model means, as anthropic:NAME',
    },
    perturb: {
      type: 'string',
      value: 'KIND,KIND',
      help: `how the tasks are changed: ${PERTURBATIONS.join(', ')}; the unchanged task always runs along`,
      default: 'none',
    },
    seed0: { type: 'string', value: 'N', help: 'first seed', default: '0' },
    trials: { type: 'string', value: 'N', help: 'seeds per task', default: '100' },
    workers: { type: 'string', value: 'N', help: 'worker processes (default: one per core)' },
    compare: {
      type: 'string',
      value: DIMENSIONS.join('|'),
      help: 'compare them pairwise on equal seeds, task by task',
    },
    'stop-early': { type: 'boolean', help: 'with --compare: end a comparison as soon as its difference is shown' },
    out: { type: 'string', value: 'DIR', help: 'folder of the results (default: bench/<time> in CAPSTAN_HOME)' },
    resume: { type: 'boolean', help: 'go on in a folder of results: only what is missing there is run' },
    'trial-limit': { type: 'string', value: 'S', help: 'wall time after which a trial is taken to hang, seconds' },
    record: { type: 'string', value: 'DIR', help: 'also record an episode of every trial there' },
    rig: { type: 'string', value: 'FILE', help: 'rig file (default: the simulated cell of each task)' },
    json: { type: 'boolean', help: 'print the rows as JSON on stdout; a word after it names a file to write them to' },
  },
  run: async (input) => {
    const request = readRequest(input);
    const recordFolder = input.text('record') === undefined ? null : resolve(input.text('record') ?? '');
    if (recordFolder !== null) makeRecordFolder(recordFolder);
    makeFolder('out', request.out);
    const checks = new ProgramChecks();
    const { tasks, tiers, policies, trials, workers } = request;
    const most = tasks.length * tiers.length * policies.filter((name) => name !== 'model').length * trials;
    // They load while the programs are checked.
    const loading = Array.from({ length: Math.min(workers, most) }, forkTrialWorker);
    try {
      return await benchmark(input, request, { recordFolder, checks, loading });
    } finally {
      for (const worker of loading) worker.drop();
      await checks.close();
    }
  },
};

interface Means {
  readonly recordFolder: string | null;
  readonly checks: ProgramChecks;
  /** Workers that were started ahead; those that are used are taken out. */
  readonly loading: LoadingWorker[];
}

/** @returns the exit code */
async function benchmark(
  input: CommandInput,
  request: BenchRequest,
  { recordFolder, checks, loading }: Means,
): Promise<number> {
  const arms = await planArms(request, checks);
  await tryModels(arms, request);
  const asked: BenchAsked = {
    capstan: VERSION,
    seed0: request.seed0,
    trials: request.trials,
    rig: request.rigPath === undefined ? null : resolve(request.rigPath),
    rigSha256: rigsSha256(arms),
    compare: request.compare,
    stopEarly: request.stopEarly,
    arms: arms.map(keptArm),
  };
  const log = TrialLog.open(request.out, asked, sittingNow(request.workers), input.flag('resume') ? 'resume' : 'fresh');
  tellEarlier(log);
  const bench = new Bench(request, arms, log);
  const abort = new AbortController();
  const interrupt = () => {
    if (abort.signal.aborted) process.exit(1); // asked twice: the workers end with us
    bench.progress.end();
    tell('Ctrl-C: ending after the trials that run now; Ctrl-C again ends at once.');
    abort.abort();
  };
  process.on('SIGINT', interrupt);
  try {
    await bench.run({ recordFolder, loading }, abort.signal);
  } finally {
    process.off('SIGINT', interrupt);
    bench.progress.end();
    log.close();
  }
  const rows = bench.report();
  writeFileSync(join(request.out, 'results.json'), `${JSON.stringify(rows, null, 2)}\n`);
  if (abort.signal.aborted) {
    tell(`interrupted: what was finished is in ${request.out}; the same command with --resume runs the rest`);
    return 1;
  }
  if (bench.spent) tell('the budget is spent: what was not begun is missing; --resume with a larger one runs it');
  tell(`results: ${request.out}`);
  if (request.jsonFile !== undefined) writeFileSync(request.jsonFile, `${JSON.stringify(rows, null, 2)}\n`);
  else if (input.flag('json')) answer(rows);
  return !bench.spent && rows.every(({ failures }) => failures.crash === undefined) ? 0 : 1;
}

/** Asks nothing, but finds the keys and prices of every model. @throws ModelError, NotFoundError, UsageError */
async function tryModels(arms: readonly PlannedArm[], { caps, seed0 }: BenchRequest): Promise<void> {
  for (const arm of arms) {
    if (arm.agent === undefined) continue;
    try {
      await openModels(arm.agent, modelsOf(arm, arm.taskFor(seed0)), new Budget(caps));
    } catch (error) {
      if (error instanceof VoicesError) throw new UsageError(`--ensemble: ${error.message}`);
      throw error;
    }
  }
}

function modelsOf({ tier }: PlannedArm, { task }: TaskFile): ModelSource {
  return providerModels(process.env, () => readExpert(task.name, agentMode(tier).tier, task).source);
}

interface BenchRequest {
  readonly tasks: readonly string[];
  readonly tiers: readonly AgentTier[];
  agentsAt(tier: AgentTier): readonly AgentSettings[];
  /** Of all trials together. */
  readonly caps: Caps;
  readonly policies: readonly string[];
  readonly perturbations: readonly Perturbation[];
  readonly seed0: number;
  readonly trials: number;
  readonly workers: number;
  readonly compare: Dimension | null;
  readonly stopEarly: boolean;
  readonly out: string;
  readonly trialLimitS: number | undefined;
  readonly rigPath: string | undefined;
  readonly jsonFile: string | undefined;
}

/** @throws UsageError */
function readRequest(input: CommandInput): BenchRequest {
  const tasks = input.text('tasks') ?? 'all';
  const tiers = listOf(input, 'tiers', 'tier', 'S1').map((tier) => oneOf('tiers', tier, AGENT_TIERS));
  const policies = listOf(input, 'policies', 'policy', 'expert');
  const perturbations = listOf(input, 'perturb', 'perturb', 'none').map((kind) =>
    oneOf('perturb', kind, PERTURBATIONS),
  );
  const compare =
    input.text('compare') === undefined ? null : oneOf('compare', input.text('compare') ?? '', DIMENSIONS);
  const models = (input.text('model') ?? '').split(',').filter((name) => name !== '');
  if (models.length > 0 && !policies.includes('model')) throw new UsageError('--model needs --policy model');
  const agentsAt = (tier: AgentTier) =>
    (models.length === 0 ? [undefined] : models).map((model) => {
      const settings = readAgentSettings(input, tier, model);
      if (settings.ensemble !== undefined && agentMode(tier).tier === 'S1')
        throw new UsageError(
          `--ensemble: at ${tier} the twin copies the world, and to choose there is to choose by the answer; take a tier that looks`,
        );
      return settings;
    });
  const stopEarly = input.flag('stop-early');
  if (stopEarly && compare === null)
    throw new UsageError('--stop-early needs --compare: only a comparison can stop early');
  const values = { tiers, policies: policies.flatMap((name) => (name === 'model' ? models : name)), perturbations };
  if (
    compare !== null &&
    values[compare].filter((value) => value !== 'none').length < (compare === 'perturbations' ? 1 : 2)
  ) {
    throw new UsageError(
      `--compare ${compare} needs several of them: name them with --${compare === 'perturbations' ? 'perturb' : compare}`,
    );
  }
  const out = input.text('out');
  if (input.flag('resume') && out === undefined)
    throw new UsageError('--resume needs --out: name the folder to go on in');
  const limit = input.text('trial-limit');
  return {
    tasks: tasks.split(',').flatMap(tasksMeantBy),
    tiers,
    agentsAt,
    caps: readCaps(input),
    policies,
    // The unchanged task runs on the same seeds: a change means nothing alone.
    perturbations: ['none', ...perturbations.filter((kind) => kind !== 'none')],
    seed0: wholeNumber('seed0', input.text('seed0') ?? '', 0, Number.MAX_SAFE_INTEGER - 1_000_000),
    trials: wholeNumber('trials', input.text('trials') ?? '', 1, 1_000_000),
    workers: wholeNumber('workers', input.text('workers') ?? String(availableParallelism()), 1, 256),
    compare,
    stopEarly,
    out: resolve(out ?? join(userFolder(), 'bench', new Date().toISOString().replaceAll(':', '-'))),
    trialLimitS: limit === undefined ? undefined : wholeNumber('trial-limit', limit, 1, 86_400),
    rigPath: input.text('rig'),
    jsonFile: jsonTarget(input),
  };
}

/** Words of an option and of its short name, each once. @throws UsageError */
function listOf(input: CommandInput, option: string, alias: string, preset: string): string[] {
  const texts = [...new Set([option, alias])].map((name) => input.text(name)).filter((text) => text !== undefined);
  if (texts.length > 1) throw new UsageError(`--${option} and --${alias} mean the same: give one of them`);
  return [...new Set((texts[0] ?? preset).split(','))];
}

/** `--json FILE`: the word that stands behind the switch. @throws UsageError for any other word */
function jsonTarget(input: CommandInput): string | undefined {
  const [file, ...more] = input.words;
  if (file === undefined) return undefined;
  if (!input.flag('json') || more.length > 0)
    throw new UsageError(`"${file}" is not expected here; tasks are named with --tasks`);
  return resolve(file);
}

function tellEarlier({ earlier, info }: TrialLog): void {
  if (info.sittings.length < 2) return;
  tell(`going on: ${earlier.length} trials were done before`);
  const [before, now] = info.sittings.slice(-2);
  if (before.gitCommit === now.gitCommit) return;
  tell(`  note: they were run at commit ${before.gitCommit ?? 'unknown'}, this is ${now.gitCommit ?? 'unknown'}`);
}

/** One run of the command: what is left to do, what came out. */
class Bench {
  readonly progress: Progress;
  readonly #request: BenchRequest;
  readonly #arms: readonly PlannedArm[];
  readonly #seeds: readonly number[];
  readonly #log: TrialLog;
  readonly #results = new Map<string, TrialRecord>();
  readonly #early: EarlyStop | null;
  readonly #timeLeft = new TimeLeft();
  /** Of every model request of this command. */
  readonly #budget: Budget;
  #total: number;
  #successes = 0;
  #spent = false;

  constructor(request: BenchRequest, arms: readonly PlannedArm[], log: TrialLog) {
    this.#request = request;
    this.#arms = arms;
    this.#log = log;
    this.#budget = new Budget(request.caps, { of: 'benchmark' });
    this.#seeds = Array.from({ length: request.trials }, (_, index) => request.seed0 + index);
    const { compare, stopEarly } = request;
    this.#early = compare !== null && stopEarly ? new EarlyStop(armPairs(arms, compare), this.#seeds) : null;
    this.#total = arms.length * this.#seeds.length;
    for (const arm of arms) this.#timeLeft.expect(kindOf(arm), this.#seeds.length);
    for (const trial of log.earlier) this.#count(trial);
    this.progress = new Progress('trials', this.#results.size / this.#total);
  }

  /** A trial has ended because of the budget, and no other was begun after it. */
  get spent(): boolean {
    return this.#spent;
  }

  async run({ recordFolder, loading }: Omit<Means, 'checks'>, signal: AbortSignal): Promise<void> {
    const { compare, out, workers } = this.#request;
    for (const arm of this.#arms) {
      mkdirSync(armFolder(out, arm), { recursive: true });
      writeFileSync(join(out, arm.program), arm.source);
    }
    if (this.#arms.some(({ agent }) => agent?.ensemble !== undefined)) tell(ENSEMBLE_NOTE);
    if (compare !== null) tell(`comparing ${compare} on ${reachInWords(this.#seeds.length)}`);
    const units = trialUnits(this.#arms, this.#seeds, compare === null ? 'by arm' : 'by seed').filter(
      ({ arm, seed }) => !this.#results.has(trialKey({ ...arm, seed })),
    );
    const arms = this.#arms.map(workerArm);
    const indexOf = new Map(this.#arms.map((arm, index) => [armKey(arm), index]));
    let at = 0;
    const next = () => {
      while (at < units.length && !this.#spent) {
        const unit = units[at++];
        if (this.#early === null || this.#early.needs(unit.arm, unit.seed)) return this.#forWorker(unit, indexOf);
        this.#timeLeft.drop(kindOf(unit.arm), 1);
        this.#total -= 1;
      }
      return undefined;
    };
    await runTrials<NonNullable<ReturnType<typeof next>>>(
      {
        next,
        workers: Math.min(workers, units.length),
        startWorker: () => this.#worker({ arms, recordFolder }, loading),
        nowS: () => performance.now() / 1000,
        onResult: ({ arm }, result) => this.#finish({ ...nameOf(arm), ...result }),
      },
      signal,
    );
  }

  /** Rows, comparisons and failures, told and returned. */
  report(): BenchRow[] {
    const { compare, stopEarly, workers } = this.#request;
    const used = Math.max(1, Math.min(workers, this.#arms.length * this.#seeds.length));
    const rows: BenchRow[] = [];
    for (const arm of this.#arms) {
      const trials = this.#counted(arm);
      if (trials.length === 0) continue;
      const row = benchRow(nameOf(arm), trials, used);
      rows.push(row);
      tell(rowInWords(row));
      tellFailures(trials);
    }
    if (compare === null || rows.length === 0) return rows;
    const rule = stopEarly ? 'anytime' : 'fixed';
    const comparisons = comparisonsOf(this.#arms.map(nameOf), (arm) => this.#counted(arm), compare, rule);
    for (const comparison of comparisons) for (const line of comparisonInWords(comparison)) tell(line);
    writeFileSync(join(this.#request.out, 'comparisons.json'), `${JSON.stringify(comparisons, null, 2)}\n`);
    return rows;
  }

  /** The trials of an arm that count, in the order of their seeds. */
  #counted(arm: Arm): TrialRecord[] {
    const last = this.#early?.lastSeed(arm) ?? null;
    return this.#seeds
      .filter((seed) => last === null || seed <= last)
      .flatMap((seed) => this.#results.get(trialKey({ ...nameOf(arm), seed })) ?? []);
  }

  #forWorker(unit: TrialUnit, indexOf: ReadonlyMap<string, number>) {
    const index = indexOf.get(armKey(unit.arm)) as number;
    const arm = this.#arms[index];
    const input = async () => {
      const { taskFile, block } = await arm.inputFor(unit.seed);
      if (block.source !== arm.source)
        writeInto(seedFolder(this.#request.out, arm, unit.seed), 'program.ts', block.source);
      return { arm: index, seed: unit.seed, taskText: taskFile.text, taskPath: taskFile.path, block };
    };
    return { ...unit, limitS: arm.limitS, input, planned: arm };
  }

  /** Programs run in a process of their own; a model's sessions are looked after here, where the one budget is. */
  async #worker(setup: WorkerSetup, loading: LoadingWorker[]): Promise<TrialWorker<BenchTrial>> {
    const hasPrograms = this.#arms.some(({ agent }) => agent === undefined);
    const child = hasPrograms ? await (loading.shift() ?? forkTrialWorker()).configure(setup) : undefined;
    return {
      run: async (trial) => {
        const { planned, seed } = trial;
        if (planned.agent === undefined) {
          if (child === undefined) throw new Error('no worker was started for programs');
          return await child.run(trial);
        }
        const taskFile = planned.taskFor(seed);
        return await runModelTrial({
          taskFile,
          rigFile: planned.rigFile,
          seed,
          settings: planned.agent,
          models: modelsOf(planned, taskFile),
          budget: this.#budget,
          recordFolder: setup.recordFolder,
          limitS: planned.limitS,
        });
      },
      close: async () => child?.close(),
    };
  }

  #finish(trial: TrialRecord): void {
    this.#log.append(trial);
    const arm = this.#arms.find((one) => armKey(one) === armKey(trial));
    if (arm !== undefined) {
      const text = `${JSON.stringify(trial, null, 2)}\n`;
      writeInto(seedFolder(this.#request.out, arm, trial.seed), 'result.json', text);
    }
    this.#count(trial);
    if (trial.stage === 'budget') this.#spent = true;
    const done = this.#results.size;
    this.progress.update(
      done,
      this.#total,
      `, ${this.#successes} succeeded`,
      this.#timeLeft.seconds(this.#request.workers),
    );
  }

  #count(trial: TrialRecord): void {
    this.#results.set(trialKey(trial), trial);
    if (trial.success) this.#successes += 1;
    this.#timeLeft.done(kindOf(trial), trial.openSeconds + trial.wallSeconds);
    this.#early?.observe(trial, trial.seed, trial.success);
  }
}

/** A trial with all that either kind of worker needs. */
type BenchTrial = WorkerTrial & TrialUnit & { readonly planned: PlannedArm };

function nameOf({ task, tier, policy, perturbation }: Arm): Arm {
  return { task, tier, policy, perturbation };
}

/** Trials of one kind take about the same time. */
function kindOf({ task, tier }: Arm): string {
  return `${task} ${tier}`;
}

/** Failures told per row; the others are in the folder. */
const TOLD_FAILURES = 20;

function tellFailures(trials: readonly TrialRecord[]): void {
  const failed = trials.filter(({ success }) => !success);
  for (const { seed, stage, message } of failed.slice(0, TOLD_FAILURES)) {
    tell(`  seed ${seed} at ${stage}: ${printable(message)}`);
  }
  if (failed.length > TOLD_FAILURES) tell(`  and ${failed.length - TOLD_FAILURES} more; all are in trials.jsonl`);
}

function writeInto(folder: string, file: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), text);
}
