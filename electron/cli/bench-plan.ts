// Owns what a benchmark will run: the product of tasks, tiers, policies and perturbations, with every program checked.
// Whatever is wrong with any of it is an error before the first trial.

import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { INERTIAL_SET } from '../../sim/robots/panda/inertials.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { apiChoice, apiFor } from '../../skills/api/policy-api.ts';
import { PERTURBATIONS, type Perturbation, perturbed } from '../../skills/bench/perturbation.ts';
import { type Arm, armKey } from '../../skills/bench/trial-record.ts';
import type { CheckResult } from '../../skills/check/check-result.ts';
import { type CheckerApi, type KillableChecker, startChecker } from '../../skills/check/killable-checker.ts';
import type { CheckedBlock } from '../session/cell.ts';
import {
  bundledEntry,
  NotFoundError,
  openTask,
  type RigFile,
  readRig,
  sha256OfText,
  type TaskFile,
  type TaskSource,
  VERSION,
} from '../session/installation.ts';
import { diagnosticLines } from './approval-prompt.ts';
import type { BenchArm, BenchAsked } from './bench-folder.ts';
import { UsageError } from './command.ts';
import { readProgram } from './program-source.ts';

export type Tier = CheckerApi['tier'];

/** One arm, ready to run. */
export interface PlannedArm extends BenchArm {
  readonly perturbation: Perturbation;
  readonly block: CheckedBlock;
  readonly versions: Readonly<Record<string, string>>;
  /** Wall time after which a trial is taken to hang, seconds. */
  readonly limitS: number;
  readonly rigFile: RigFile;
  taskFor(seed: number): TaskFile;
}

export interface PlanRequest {
  readonly tasks: readonly string[];
  readonly tiers: readonly Tier[];
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

interface Draft extends Arm {
  readonly tier: Tier;
  readonly perturbation: Perturbation;
  readonly taskRef: string;
  readonly source: TaskSource;
  readonly first: TaskFile;
  readonly program: string;
}

/**
 * Everything that will run, each program checked once.
 * @throws UsageError, NotFoundError or YamlFileError for what cannot run
 */
export async function planArms(request: PlanRequest): Promise<PlannedArm[]> {
  const drafts = draftArms(request);
  const blocks = await checkPrograms(drafts);
  const folders = new Map<string, string>();
  return drafts.map((draft) =>
    plannedArm(draft, `${draft.task}/${uniqueFolder(folders, draft)}/program.ts`, blocks, request),
  );
}

function plannedArm(
  draft: Draft,
  programFile: string,
  blocks: ReadonlyMap<string, CheckedBlock>,
  { trialLimitS, rigPath }: Pick<PlanRequest, 'trialLimitS' | 'rigPath'>,
): PlannedArm {
  const { task, tier, policy, perturbation, taskRef, source, first, program } = draft;
  return {
    task,
    tier,
    policy,
    perturbation,
    taskRef,
    taskSha256: sha256OfText(first.text),
    instruction: first.task.instruction.trim(),
    program: programFile,
    programSha256: sha256OfText(program),
    block: blocks.get(checkKey(draft)) as CheckedBlock,
    versions: { capstan: VERSION, task: `${task} ${first.task.version}`, inertials: INERTIAL_SET },
    limitS: trialLimitS ?? TRIAL_LIMIT_S + TRIAL_LIMIT_PER_ROBOT_S * first.task.maxRobotTimeS,
    rigFile: readRig(rigPath, first.task),
    taskFor: (seed) => source.taskFor(seed),
  };
}

/**
 * The arms of an earlier benchmark, ready to run again: the programs as they ran, the tasks as they are now.
 * @throws UsageError, NotFoundError or YamlFileError for what cannot run any more
 */
export async function planAgain(
  arms: readonly BenchArm[],
  folder: string,
  { seed0, rig }: Pick<BenchAsked, 'seed0' | 'rig'>,
): Promise<PlannedArm[]> {
  const how = { trialLimitS: undefined, rigPath: rig ?? undefined };
  const drafts = arms.map((arm): Draft => {
    const perturbation = PERTURBATIONS.find((kind) => kind === arm.perturbation);
    if (perturbation === undefined) throw new UsageError(`there is no perturbation "${arm.perturbation}" any more`);
    const source = openTask(arm.taskRef);
    const program = readFileSync(join(folder, arm.program), 'utf8');
    return { ...arm, perturbation, source, first: source.taskFor(seed0), program };
  });
  const blocks = await checkPrograms(drafts);
  return drafts.map((draft, index) => plannedArm(draft, arms[index].program, blocks, how));
}

/** Folder of an arm's trials inside the results: "cube-lift/S1-expert". */
export function armFolder(out: string, arm: BenchArm): string {
  return join(out, arm.program, '..');
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
function draftArms({ tasks, tiers, policies, perturbations, seed0 }: PlanRequest): Draft[] {
  const drafts: Draft[] = [];
  const missing: string[] = [];
  const seen = new Set<string>();
  for (const taskRef of tasks) {
    const source = openTask(taskRef);
    if (seen.has(source.name)) throw new UsageError(`--tasks names the task "${source.name}" twice; name it once`);
    seen.add(source.name);
    const first = source.taskFor(seed0);
    for (const tier of tiers) {
      apiOf(apiChoice(first.task, tier));
      for (const policy of policies) {
        for (const perturbation of perturbations) {
          let changed: Task;
          try {
            changed = perturbed(first.task, perturbation, seed0);
          } catch (error) {
            missing.push(
              `${source.name} has no perturbation "${perturbation}": ${error instanceof Error ? error.message : error}`,
            );
            continue;
          }
          let program: ReturnType<typeof readProgram>;
          try {
            program = readProgram(policy, source.name, tier, changed);
          } catch (error) {
            if (!(error instanceof NotFoundError)) throw error;
            missing.push(error.message);
            continue;
          }
          drafts.push({
            task: source.name,
            tier,
            policy: program.policy,
            perturbation,
            taskRef: taskRef === source.name ? taskRef : resolve(taskRef),
            source,
            first,
            program: program.source,
          });
        }
      }
    }
  }
  if (missing.length > 0)
    throw new UsageError(`nothing was run:\n${[...new Set(missing)].map((text) => `  ${text}`).join('\n')}`);
  return drafts;
}

/** @throws UsageError for a tier that has no functions for such a robot */
function apiOf(api: CheckerApi) {
  try {
    return apiFor(api);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--tiers: ${error.message}`);
    throw error;
  }
}

function apiKey(draft: Draft): string {
  return `${draft.tier}/${draft.first.task.robot.arms}`;
}

function checkKey(draft: Draft): string {
  return `${apiKey(draft)} ${draft.program}`;
}

/** One warm checker for each API, one check for each program; a check that never ends is ended. */
async function checkPrograms(drafts: readonly Draft[]): Promise<Map<string, CheckedBlock>> {
  const checkers = new Map<string, KillableChecker>();
  const results = new Map<string, Promise<{ draft: Draft; checked: CheckResult }>>();
  try {
    for (const draft of drafts) {
      if (results.has(checkKey(draft))) continue;
      let checker = checkers.get(apiKey(draft));
      if (checker === undefined) {
        const api: CheckerApi = apiChoice(draft.first.task, draft.tier);
        checker = startChecker(api, { script: bundledEntry('check-worker.js') });
        checkers.set(apiKey(draft), checker);
      }
      const check = checker.check({ source: draft.program, blockName: 'block-1', session: { blocks: [] } });
      results.set(
        checkKey(draft),
        check.then((checked) => ({ draft, checked })),
      );
    }
    const blocks = new Map<string, CheckedBlock>();
    for (const [key, pending] of results) {
      const { draft, checked } = await pending;
      if (!checked.ok) {
        throw new UsageError(
          `the program does not pass the check for ${draft.task} at ${draft.tier} (${draft.policy}):\n${diagnosticLines(checked).join('\n')}`,
        );
      }
      blocks.set(key, {
        name: 'block-1',
        source: draft.program,
        javascript: checked.javascript,
        loops: checked.effects.loops,
      });
    }
    return blocks;
  } finally {
    await Promise.all([...checkers.values()].map((checker) => checker.dispose()));
  }
}
