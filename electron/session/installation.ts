// Owns where things are: the files this installation ships, and the folder that belongs to the user. Everything runs
// from `out/`; in tests, from the sources. Must never write anything.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { armDisagreement } from '../../drivers/rig/arm-agreement.ts';
import { parseRig, type Rig } from '../../drivers/rig/rig-file.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import { type PerturbationKind, perturbTask } from '../../sim/tasks/perturb.ts';
import { TASK_FAMILIES } from '../../sim/tasks/task-families.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { YamlFileError } from '../../sim/yaml-file.ts';
import { hasFunctionsAt } from '../../skills/api/domains.ts';
import {
  REARRANGEMENT_TIERS,
  rearrangementParts,
  rearrangementProblem,
  rearrangementProgram,
} from '../../skills/experts/rearrangement.ts';
import { bundledEntry, INSTALLATION_ROOT } from '../ipc/bundled-entry.ts';

export { bundledEntry, INSTALLATION_ROOT };

export const VERSION: string = JSON.parse(readFileSync(join(INSTALLATION_ROOT, 'package.json'), 'utf8')).version;

/** Episodes, user skills and settings: CAPSTAN_HOME, or the platform's folder for application data. */
export function userFolder(): string {
  const { CAPSTAN_HOME, APPDATA, XDG_DATA_HOME } = process.env;
  if (CAPSTAN_HOME !== undefined && CAPSTAN_HOME !== '') return resolve(CAPSTAN_HOME);
  switch (process.platform) {
    case 'win32':
      return join(APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Capstan');
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support', 'Capstan');
    default:
      return join(XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'capstan');
  }
}

export function episodeFolder(): string {
  return join(userFolder(), 'episodes');
}

/** A task with the text it was read from. */
export interface TaskFile {
  readonly task: Task;
  readonly text: string;
  readonly path: string;
}

/** A task, an expert or a program is not there. The message lists what is. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}

/** A file larger than this is no task (bytes). */
const LARGEST_TASK_BYTES = 1024 * 1024;
const TASK_FOLDER = join(INSTALLATION_ROOT, 'sim', 'tasks');
const EXPERT_FOLDER = join(INSTALLATION_ROOT, 'skills', 'experts');

/** Every task and family, by name. */
export function taskNames(): string[] {
  const families = TASK_FAMILIES.map(({ name }) => name);
  return readdirSync(TASK_FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(TASK_FOLDER, entry.name, 'task.yaml')))
    .map((entry) => entry.name)
    .concat(families)
    .sort();
}

/** The tasks that a word of the command line means: all, those of a group of families, or the one it names. */
export function tasksMeantBy(word: string): string[] {
  if (word === 'all') return taskNames();
  const group = TASK_FAMILIES.filter(({ groups = [] }) => groups.includes(word)).map(({ name }) => name);
  return group.length === 0 ? [word] : group;
}

/**
 * Reads a task by its name, or by the path of a task file of the user.
 * @throws NotFoundError, or YamlFileError when the file cannot be used
 */
export function readTask(nameOrPath: string): TaskFile {
  const isPath = /[\\/]|\.ya?ml$/.test(nameOrPath);
  const path = isPath ? resolve(nameOrPath) : join(TASK_FOLDER, nameOrPath, 'task.yaml');
  const text = isPath ? textOfUserFile(path) : existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  if (text === undefined) {
    throw new NotFoundError(
      `there is no task "${nameOrPath}"; the tasks are: ${taskNames().join(', ')}. A file of your own is named by its path, as ./${nameOrPath}.yaml`,
    );
  }
  return { task: parseTask(text, path), text, path };
}

/** @throws NotFoundError that says what is at the path instead */
function textOfUserFile(path: string): string {
  if (!existsSync(path)) {
    const folder = dirname(path);
    const where = existsSync(folder) ? '' : `; the folder ${folder} does not exist either`;
    throw new NotFoundError(
      `there is no task file ${path}${where}. Check the path, or make a file with: capstan task new NAME`,
    );
  }
  if (!statSync(path).isFile()) {
    throw new NotFoundError(`${path} is a folder, not a task file; name the file in it, as ${join(path, 'task.yaml')}`);
  }
  if (statSync(path).size > LARGEST_TASK_BYTES)
    throw new NotFoundError(`${path} is no task file: it is larger than 1 MB`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch {
    throw new NotFoundError(`${path} is no task file: it is not text in UTF-8`);
  }
}

/** A task file under a change. @throws PerturbationError when the task does not define what the change needs */
export function perturbedTaskFile({ task, path }: TaskFile, kind: PerturbationKind, seed: number): TaskFile {
  const changed = perturbTask(task, kind, seed);
  return { task: changed, text: stringify(changed), path: `${path}, ${kind} changed for seed ${seed}` };
}

/** A task as the command line names it: the same for every seed, or drawn from it. */
export interface TaskSource {
  readonly name: string;
  taskFor(seed: number): TaskFile;
}

/**
 * Finds a task by its name, or by the path of a task file of the user, or a family whose tasks are drawn per seed.
 * @throws NotFoundError, or YamlFileError when the file cannot be used
 */
export function openTask(nameOrPath: string): TaskSource {
  const family = TASK_FAMILIES.find(({ name }) => name === nameOrPath);
  if (family === undefined) {
    const file = readTask(nameOrPath);
    return { name: file.task.name, taskFor: () => file };
  }
  return {
    name: family.name,
    taskFor: (seed) => {
      const text = stringify(family.draw(seed));
      const path = `${family.name}, seed ${seed}`;
      return { task: parseTask(text, path), text, path };
    },
  };
}

/** A rig file with the text it was read from. */
export interface RigFile {
  readonly rig: Rig;
  readonly text: string;
  readonly path: string;
}

const RIG_FOLDER = join(INSTALLATION_ROOT, 'drivers', 'rig');

/** The rigs of the simulated cells: the usual one first. */
function simulatedRigs(): RigFile[] {
  return readdirSync(RIG_FOLDER)
    .filter((name) => /^simulated-.*\.yaml$/.test(name))
    .sort()
    .map((name) => rigAt(join(RIG_FOLDER, name)));
}

function rigAt(path: string): RigFile {
  const text = readFileSync(path, 'utf8');
  return { rig: parseRig(text, path), text, path };
}

/**
 * The rig a path names, or that of the simulated cell whose arms stand where the task puts them.
 * @param task with it, a rig whose arms stand elsewhere is refused; without it, the cell with one arm is meant
 * @throws NotFoundError, or YamlFileError when the file cannot be used, or not for this task
 */
export function readRig(userPath?: string, task?: Task): RigFile {
  if (userPath !== undefined) {
    const path = resolve(userPath);
    if (!existsSync(path)) throw new NotFoundError(`there is no rig file ${path}`);
    const file = rigAt(path);
    const disagreement = task === undefined ? undefined : armDisagreement(file.rig, task);
    if (disagreement !== undefined) throw new YamlFileError(`${path}: ${disagreement}`);
    return file;
  }
  if (task === undefined) return rigAt(join(RIG_FOLDER, 'simulated-cell.yaml'));
  const rigs = simulatedRigs();
  const fitting = rigs.find(({ rig }) => armDisagreement(rig, task) === undefined);
  if (fitting !== undefined) return fitting;
  const copy = rigs.find(({ rig }) => rig.envelope.arms.length === task.robot.arms) ?? rigs[0];
  throw new NotFoundError(
    `no simulated cell has its arms where the task ${task.name} puts them; copy ${copy.path}, write its "arms" and "allowed" for your cell, and name the copy with --rig`,
  );
}

export function sha256OfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Tiers whose programs call the same functions: an expert for the one serves the other. */
const SAME_FUNCTIONS: Readonly<Record<string, string>> = { S2: 'S1', S4: 'S3' };

/** Where the reference program of a task and tier is, or would be. Families of one template share theirs. */
function expertPath(task: string, tier: string): string {
  return programPath(TASK_FAMILIES.find(({ name }) => name === task)?.template ?? task, tier);
}

/** The same for the other goal in a task's scene, one of its `variants`. */
function otherExpertPath(task: string, tier: string): string {
  return programPath(TASK_FAMILIES.find(({ name }) => name === task)?.otherTemplate ?? `${task}-other`, tier);
}

function programPath(program: string, tier: string): string {
  const own = join(EXPERT_FOLDER, `${program}.${tier.toLowerCase()}.ts`);
  const same = SAME_FUNCTIONS[tier];
  return same === undefined || existsSync(own) ? own : programPath(program, same);
}

/** Whether a task has a reference program of its own at a tier: a file, and the functions it calls. */
export function hasOwnExpert(task: string, tier: string): boolean {
  return isProgramFor(expertPath(task, tier), openTask(task).taskFor(0).task.api, tier);
}

/** Whether there is such a file, and the functions of the domain it was written with are those of the tier. */
function isProgramFor(path: string, domain: Task['api'], tier: string): boolean {
  const writtenFor = basename(path, '.ts').slice(-2).toUpperCase();
  return existsSync(path) && hasFunctionsAt(domain, tier) === hasFunctionsAt(domain, writtenFor);
}

/** The tier whose hands the generic expert has at a tier: of S4 those of S3. */
function handsTier(tier: string): string | undefined {
  return [tier, SAME_FUNCTIONS[tier]].find((one) => one !== undefined && REARRANGEMENT_TIERS.includes(one));
}

/** Whether the generic expert for rearrangements has a program for a task at a tier. */
export function hasGenericExpert(task: Task, tier: string): boolean {
  return handsTier(tier) !== undefined && rearrangementProblem(task, tier) === undefined;
}

/**
 * The reference program of a task and tier: its own file, or what the generic expert makes of its goal.
 * @param definition the task that is run: needed for the generic expert of a task that is not shipped, or was changed
 * @throws NotFoundError
 */
export function readExpert(
  task: string,
  tier: string,
  definition?: Task,
): { readonly source: string; readonly path: string } {
  const isOther = hasOtherGoal(definition);
  const path = isOther ? otherExpertPath(task, tier) : expertPath(task, tier);
  const isOwn = definition === undefined ? existsSync(path) : isProgramFor(path, definition.api, tier);
  if (isOwn && (isOther || hasShippedGoal(task, definition))) return { source: readFileSync(path, 'utf8'), path };
  const what = definition ?? (taskNames().includes(task) ? openTask(task).taskFor(0).task : undefined);
  const generic = what === undefined ? undefined : genericExpert(what, tier);
  if (generic !== undefined) return generic;
  const why = what === undefined ? undefined : rearrangementProblem(what, tier);
  const tasks = taskNames().filter((name) => hasOwnExpert(name, tier));
  throw new NotFoundError(
    `there is no expert for ${task} at tier ${tier}; at this tier there are experts for: ${tasks.join(', ') || 'no task'}${
      why === undefined ? '' : `. The generic expert has no program for it: ${why}`
    }`,
  );
}

/** Whether a task wants what its shipped file wants: an expert written for that goal knows no other. */
function hasShippedGoal(name: string, definition: Task | undefined): boolean {
  if (definition === undefined || !existsSync(join(TASK_FOLDER, name, 'task.yaml'))) return true;
  return isDeepStrictEqual(readTask(name).task.goal, definition.goal);
}

/** Whether a task wants one of its own variants, as `--perturb task` asks for. */
function hasOtherGoal(definition: Task | undefined): boolean {
  return definition?.variants.some(({ goal }) => isDeepStrictEqual(goal, definition.goal)) ?? false;
}

/** What the generic expert makes of a task's goal; undefined when it cannot bring it about at this tier. */
export function genericExpert(
  task: Task,
  tier: string,
): { readonly source: string; readonly path: string } | undefined {
  const handsOf = handsTier(tier);
  if (handsOf === undefined || !hasGenericExpert(task, tier)) return undefined;
  const parts = rearrangementParts(handsOf).map((file) => readFileSync(join(EXPERT_FOLDER, file), 'utf8'));
  const source = rearrangementProgram(task, tier, parts);
  return source === undefined ? undefined : { source, path: join(EXPERT_FOLDER, 'rearrangement.ts') };
}
