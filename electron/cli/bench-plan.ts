// Owns what a benchmark will run: the product of tasks, tiers, policies and perturbations, and for each seed the task and
// the checked program of one trial. Whatever can be known to be wrong is an error before the first trial.

import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { INERTIAL_SET } from '../../sim/robots/panda/inertials.ts';
import { PerturbationError } from '../../sim/tasks/perturb.ts';
import { type AgentTier, agentMode } from '../../skills/agent/modes.ts';
import { apiChoice, apiFor } from '../../skills/api/policy-api.ts';
import { PERTURBATIONS, type Perturbation } from '../../skills/bench/perturbation.ts';
import { type Arm, armKey } from '../../skills/bench/trial-record.ts';
import type { CheckerApi } from '../../skills/check/killable-checker.ts';
import { systemText } from '../session/agent-session.ts';
import { AGENT_FILE, type AgentSettings, writerName } from '../session/agent-settings.ts';
import type { CheckedBlock } from '../session/cell.ts';
import {
  NotFoundError,
  openTask,
  perturbedTaskFile,
  type RigFile,
  readRig,
  sha256OfText,
  type TaskFile,
  type TaskSource,
  VERSION,
} from '../session/installation.ts';
import { diagnosticLines } from './approval-prompt.ts';
import type { BenchArm, BenchAsked } from './bench-folder.ts';
import { oneOf, UsageError } from './command.ts';
import type { ProgramChecks } from './program-checks.ts';
import { readProgram } from './program-source.ts';

export type Tier = CheckerApi['tier'];

const PROGRAM_TIERS = ['S1', 'S2', 'S3', 'S4'] as const satisfies readonly Tier[];

/** What one trial runs. */
export interface TrialInput {
  readonly taskFile: TaskFile;
  readonly block: CheckedBlock;
}

/** One arm, ready to run. */
export interface PlannedArm extends BenchArm {
  readonly perturbation: Perturbation;
  /** The program of the first seed: that of every seed, unless the expert reads the goal. */
  readonly source: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Wall time after which a trial is taken to hang, seconds. */
  readonly limitS: number;
  readonly rigFile: RigFile;
  /** @throws when the seed has no such task */
  taskFor(seed: number): TaskFile;
  /** @throws when the seed has no such task, its program does not pass the check, or a model writes the programs */
  inputFor(seed: number): Promise<TrialInput>;
}

export interface PlanRequest {
  readonly tasks: readonly string[];
  readonly tiers: readonly AgentTier[];
  /** The models that "model" among the policies means at a tier. */
  agentsAt(tier: AgentTier): readonly AgentSettings[];
  readonly policies: readonly string[];
  readonly perturbations: readonly Perturbation[];
  /** The seed on which what can be tried before the first trial is tried. */
  readonly seed0: number;
  /** Wall time of one trial at the most, seconds; undefined for the limit that follows from the task. */
  readonly trialLimitS: number | undefined;
  /** Rig file of every trial; undefined for the simulated cell of each task. */
  readonly rigPath: string | undefined;
}

/**
 * A trial may take this long and ten times the robot time its task allows, seconds of wall time: rendering may be slower
 * than the robot, and machines are shared. A watchdog, no budget.
 */
const TRIAL_LIMIT_S = 120;
const TRIAL_LIMIT_PER_ROBOT_S = 10;
/** And for each turn of a model what several slow replies may take, seconds. */
const TRIAL_LIMIT_PER_TURN_S = 600;

interface Draft extends Arm {
  readonly tier: AgentTier;
  readonly agent?: AgentSettings;
  readonly perturbation: Perturbation;
  readonly taskRef: string;
  /** Of the first seed. */
  readonly first: TaskFile;
  readonly source: string;
  taskFor(seed: number): TaskFile;
  sourceFor(seed: number, taskFile: TaskFile): string;
}

/**
 * Everything that will run, the programs of the first seed checked.
 * @throws UsageError, NotFoundError or YamlFileError for what cannot run
 */
export async function planArms(request: PlanRequest, checks: ProgramChecks): Promise<PlannedArm[]> {
  const drafts = draftArms(request);
  const folders = new Map<string, string>();
  const arms = drafts.map((draft) =>
    plannedArm(draft, `${draft.task}/${uniqueFolder(folders, draft)}/${fileOf(draft)}`, checks, request),
  );
  await Promise.all(arms.filter(({ agent }) => agent === undefined).map((arm) => arm.inputFor(request.seed0)));
  return arms;
}

/**
 * The arms of an earlier benchmark, ready to run again: the programs as they ran, the tasks as they are now.
 * @throws UsageError, NotFoundError or YamlFileError for what cannot run any more
 */
export function planAgain(
  arms: readonly BenchArm[],
  folder: string,
  { seed0, rig }: Pick<BenchAsked, 'seed0' | 'rig'>,
  checks: ProgramChecks,
): PlannedArm[] {
  const how = { trialLimitS: undefined, rigPath: rig ?? undefined };
  return arms.map((arm) => {
    if (arm.agent !== undefined) throw new UsageError('a model wrote the programs: its episodes show what they did');
    const perturbation = PERTURBATIONS.find((kind) => kind === arm.perturbation);
    if (perturbation === undefined) throw new UsageError(`there is no perturbation "${arm.perturbation}" any more`);
    const task = openTask(arm.taskRef);
    const taskFor = (seed: number) => changed(task, perturbation, seed);
    const source = readFileSync(join(folder, arm.program), 'utf8');
    const sourceFor = (seed: number) => {
      const own = join(seedFolder(folder, arm, seed), 'program.ts');
      return existsSync(own) ? readFileSync(own, 'utf8') : source;
    };
    return plannedArm(
      { ...arm, perturbation, first: taskFor(seed0), source, taskFor, sourceFor },
      arm.program,
      checks,
      how,
    );
  });
}

function plannedArm(
  draft: Draft,
  programFile: string,
  checks: ProgramChecks,
  { trialLimitS, rigPath }: Pick<PlanRequest, 'trialLimitS' | 'rigPath'>,
): PlannedArm {
  const { task, tier, policy, perturbation, taskRef, first, source, agent, taskFor } = draft;
  return {
    task,
    tier,
    policy,
    perturbation,
    taskRef,
    taskSha256: sha256OfText(first.text),
    instruction: first.task.instruction.trim(),
    program: programFile,
    programSha256: sha256OfText(source),
    source,
    versions: { capstan: VERSION, task: `${task} ${first.task.version}`, inertials: INERTIAL_SET },
    ...(agent === undefined ? {} : { agent }),
    limitS:
      trialLimitS ??
      TRIAL_LIMIT_S + TRIAL_LIMIT_PER_ROBOT_S * first.task.maxRobotTimeS + TRIAL_LIMIT_PER_TURN_S * (agent?.turns ?? 0),
    rigFile: readRig(rigPath, first.task),
    taskFor,
    inputFor: async (seed) => {
      if (agent !== undefined) throw new Error('the program of this trial is not written yet');
      const taskFile = taskFor(seed);
      const checked = await checks.check(
        draft.sourceFor(seed, taskFile),
        apiChoice(taskFile.task, agentMode(tier).tier),
      );
      if (checked.ok) return { taskFile, block: checked.block };
      throw new UsageError(
        `the program does not pass the check for ${task} at ${tier} (${policy}):\n${diagnosticLines(checked.result).join('\n')}`,
      );
    },
  };
}

function changed(source: TaskSource, perturbation: Perturbation, seed: number): TaskFile {
  const taskFile = source.taskFor(seed);
  return perturbation === 'none' ? taskFile : perturbedTaskFile(taskFile, perturbation, seed);
}

/** Folder of an arm's trials inside the results: "cube-lift/S1-expert". */
export function armFolder(out: string, arm: BenchArm): string {
  return join(out, arm.program, '..');
}

/** Folder of one trial. */
export function seedFolder(out: string, arm: BenchArm, seed: number): string {
  return join(armFolder(out, arm), `seed-${String(seed).padStart(6, '0')}`);
}

function fileOf({ agent }: Draft): string {
  return agent === undefined ? 'program.ts' : AGENT_FILE;
}

/** "S1-expert", "S1-lift", "S3-expert-position"; programs of one name in different folders get a number. */
function uniqueFolder(taken: Map<string, string>, { task, tier, policy, perturbation }: Arm): string {
  const name =
    policy === 'expert'
      ? policy
      : basename(policy)
          .replace(/\.[a-z]+$/i, '')
          .replace(/[^\w.-]+/g, '-');
  const wanted = `${tier}-${name}${perturbation === 'none' ? '' : `-${perturbation}`}`;
  const key = armKey({ task, tier, policy, perturbation });
  for (let count = 1; ; count++) {
    const folder = count === 1 ? wanted : `${wanted}-${count}`;
    const owner = taken.get(`${task}/${folder}`);
    if (owner !== undefined && owner !== key) continue;
    taken.set(`${task}/${folder}`, key);
    return folder;
  }
}

/** The product, read but not checked; everything that is missing is named at once. */
function draftArms({ tasks, tiers, policies, perturbations, seed0, agentsAt }: PlanRequest): Draft[] {
  const drafts: Draft[] = [];
  const missing: string[] = [];
  const seen = new Set<string>();
  for (const taskRef of tasks) {
    const source = openTask(taskRef);
    if (seen.has(source.name)) throw new UsageError(`--tasks names the task "${source.name}" twice; name it once`);
    seen.add(source.name);
    for (const tier of tiers) {
      for (const policy of policies) {
        for (const perturbation of perturbations) {
          try {
            const what = { tier, perturbation, seed0 };
            if (policy === 'model')
              drafts.push(...agentsAt(tier).map((agent) => draftAgent(source, taskRef, { ...what, agent })));
            else drafts.push(draftArm(source, taskRef, { ...what, policy }));
          } catch (error) {
            if (error instanceof PerturbationError) missing.push(`${source.name}, ${perturbation}: ${error.message}`);
            else if (error instanceof NotFoundError) missing.push(error.message);
            else throw error;
          }
        }
      }
    }
  }
  const keys = new Set(drafts.map(armKey));
  if (keys.size < drafts.length) throw new UsageError('--policies names the same program twice; name it once');
  if (missing.length > 0)
    throw new UsageError(`nothing was run:\n${[...new Set(missing)].map((text) => `  ${text}`).join('\n')}`);
  return drafts;
}

function draftArm(
  task: TaskSource,
  taskRef: string,
  what: { tier: AgentTier; policy: string; perturbation: Perturbation; seed0: number },
): Draft {
  const { perturbation, seed0 } = what;
  const tier = oneOf('tiers', what.tier, PROGRAM_TIERS);
  const taskFor = (seed: number) => changed(task, perturbation, seed);
  const first = taskFor(seed0);
  assertTier(apiChoice(first.task, tier));
  const { source, policy } = readProgram(what.policy, task.name, tier, first.task);
  return {
    task: task.name,
    tier,
    policy,
    perturbation,
    taskRef: taskRef === task.name ? taskRef : resolve(taskRef),
    first,
    source,
    taskFor,
    sourceFor: (_seed, { task: definition }) =>
      policy === 'expert' ? readProgram(policy, task.name, tier, definition).source : source,
  };
}

/** An arm whose programs a model writes: what is known of them before is who is asked, and how. */
function draftAgent(
  task: TaskSource,
  taskRef: string,
  what: { tier: AgentTier; agent: AgentSettings; perturbation: Perturbation; seed0: number },
): Draft {
  const { tier, agent, perturbation, seed0 } = what;
  const taskFor = (seed: number) => changed(task, perturbation, seed);
  const first = taskFor(seed0);
  assertTier(apiChoice(first.task, agentMode(tier).tier));
  const { caps: _caps, ...asked } = agent;
  const text = `${JSON.stringify({ ...asked, system: systemText(first.task, agent) }, null, 2)}\n`;
  return {
    task: task.name,
    tier,
    policy: writerName(agent),
    perturbation,
    agent,
    taskRef: taskRef === task.name ? taskRef : resolve(taskRef),
    first,
    source: text,
    taskFor,
    sourceFor: () => text,
  };
}

/** @throws UsageError for a tier that has no functions for such a robot */
function assertTier(api: CheckerApi): void {
  try {
    apiFor(api);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--tiers: ${error.message}`);
    throw error;
  }
}

/** An arm as the folder of results keeps it. */
export function keptArm(arm: PlannedArm): BenchArm {
  const {
    source: _source,
    versions: _versions,
    limitS: _limitS,
    rigFile: _rigFile,
    inputFor: _inputFor,
    taskFor: _taskFor,
    ...kept
  } = arm;
  return kept;
}

/** An arm as a worker process is told of it. */
export function workerArm({ tier, policy, versions, rigFile }: PlannedArm) {
  return { tier: agentMode(tier).tier, policy, versions, rigText: rigFile.text, rigPath: rigFile.path };
}

/** One hash of all rigs of these arms. */
export function rigsSha256(arms: readonly PlannedArm[]): string {
  return sha256OfText([...new Set(arms.map(({ rigFile }) => rigFile.text))].join(''));
}
