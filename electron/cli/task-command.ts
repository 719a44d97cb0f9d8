// Owns `capstan task`: a new task file, the verdict on one, and a picture of what a task draws.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import { describeGoal } from '../../sim/tasks/goal.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import { PERTURBATION_KINDS, PerturbationError, perturbTask } from '../../sim/tasks/perturb.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { YamlFileError } from '../../sim/yaml-file.ts';
import { rearrangementProblem } from '../../skills/experts/rearrangement.ts';
import { contactSheet } from '../robot-host/contact-sheet.ts';
import { NotFoundError, openTask, readTask } from '../session/installation.ts';
import { trialStarts } from '../session/task-trial-starts.ts';
import { answer, type Command, type CommandInput, printable, tell, UsageError, wholeNumber } from './command.ts';
import { copiedText, starterText } from './task-starter.ts';

const USES = 'task new NAME [--from TASK] | task validate FILE... | task show TASK [--seeds 0-5] [--out FILE.png]';
/** A picture of more worlds than this is too large to look at. */
const MOST_PICTURES = 16;
/** Seeds whose worlds `validate` draws and lets come to rest. */
const SEEDS_TRIED = [0, 1, 2, 3, 4, 5, 6, 7];

export const TASK_COMMAND: Command = {
  name: 'task',
  usage: 'new|validate|show',
  summary: 'makes a task file, checks task files, or shows what a task draws',
  options: {
    from: { type: 'string', value: 'TASK', help: 'new: start from a copy of this task' },
    seeds: { type: 'string', value: 'A-B', help: 'show: which worlds', default: '0-5' },
    out: { type: 'string', value: 'FILE', help: 'show: where to write the picture (default: NAME.png)' },
    json: { type: 'boolean', help: 'print the result as JSON on stdout' },
  },
  run: async (input) => {
    const [what, ...words] = input.words;
    switch (what) {
      case 'new':
        return newTask(input, words);
      case 'validate':
        return validate(input, words);
      case 'show':
        return show(input, words);
      default:
        throw new UsageError(`say what to do: ${USES}`);
    }
  },
};

function newTask(input: CommandInput, words: readonly string[]): number {
  const [asked, ...more] = words;
  if (asked === undefined || more.length > 0) throw new UsageError('name one task, as in: capstan task new sort-cups');
  const name = asked.replace(/\.ya?ml$/, '');
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
    throw new UsageError(
      `"${name}" cannot be the name of a task: use lower-case words joined by hyphens, as sort-cups`,
    );
  }
  const path = resolve(`${name}.yaml`);
  if (existsSync(path)) throw new UsageError(`${path} exists already; choose another name, or remove it first`);
  const from = input.text('from');
  const text = from === undefined ? starterText(name) : copiedText(readTask(from).text, name);
  writeFileSync(path, text);
  const task = parseTask(text, path);
  if (input.flag('json')) answer({ path, task: task.name });
  tell(`${path} is written: ${task.instruction.trim()}`);
  tell(`next:\n  capstan task show ./${name}.yaml\n  capstan run ./${name}.yaml --approve auto`);
  return 0;
}

/** What is wrong with one file, or what it is. */
interface FileVerdict {
  readonly file: string;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  readonly task?: Task;
}

async function validate(input: CommandInput, files: readonly string[]): Promise<number> {
  if (files.length === 0) throw new UsageError('name the files, as in: capstan task validate ./my-task.yaml');
  const verdicts: FileVerdict[] = [];
  for (const file of files) verdicts.push(await verdictOn(file));
  if (input.flag('json')) {
    answer(
      verdicts.map(({ file, problems, warnings, task }) => ({
        file,
        ok: problems.length === 0,
        problems,
        warnings,
        ...(task === undefined ? {} : { task: task.name, goal: describeGoal(task.goal) }),
      })),
    );
  }
  for (const { file, problems, warnings, task } of verdicts) {
    for (const problem of problems) tell(problem);
    if (problems.length > 0 || task === undefined) continue;
    tell(`${file} is valid`);
    for (const line of describeTask(task)) tell(`  ${line}`);
    for (const warning of warnings) tell(`  note: ${warning}`);
  }
  const bad = verdicts.filter(({ problems }) => problems.length > 0).length;
  if (bad > 0) tell(`${bad} of ${files.length} ${files.length === 1 ? 'file' : 'files'} cannot be used`);
  return bad === 0 ? 0 : 1;
}

async function verdictOn(file: string): Promise<FileVerdict> {
  let task: Task;
  let path: string;
  try {
    ({ task, path } = readTask(file));
  } catch (error) {
    if (!(error instanceof YamlFileError || error instanceof NotFoundError)) throw error;
    return { file, problems: error.message.split('\n'), warnings: [] };
  }
  const { problems, warnings } = trialStarts(await loadMujoco(), task, SEEDS_TRIED);
  return { file, task, problems: problems.map((problem) => `${path}: ${problem}`), warnings };
}

async function show(input: CommandInput, words: readonly string[]): Promise<number> {
  const [nameOrPath, ...more] = words;
  if (nameOrPath === undefined || more.length > 0)
    throw new UsageError('name one task, as in: capstan task show cube-stack');
  const seeds = readSeeds(input.text('seeds') ?? '');
  const source = openTask(nameOrPath);
  const { task } = source.taskFor(seeds[0]);
  const out = resolve(input.text('out') ?? `${source.name}.png`);
  const png = contactSheet(
    await loadMujoco(),
    seeds.map((seed) => ({ task: source.taskFor(seed).task, seed })),
  );
  try {
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, png);
  } catch (error) {
    throw new UsageError(
      `--out: ${out} cannot be written (${error instanceof Error ? error.message : error}); name another file`,
    );
  }
  if (input.flag('json')) {
    const why = rearrangementProblem(task);
    answer({ task: source.name, goal: describeGoal(task.goal), seeds, picture: out, genericExpert: why ?? null });
  }
  tell(`${source.name}, version ${task.version}`);
  for (const line of describeTask(task)) tell(`  ${line}`);
  tell(`picture of seeds ${seeds[0]} to ${seeds[seeds.length - 1]}: ${out}`);
  return 0;
}

/** What a task is, in a few lines. */
function describeTask(task: Task): string[] {
  const { fixtures, props, marks } = task.world;
  return [
    `asks: ${printable(task.instruction.trim())}`,
    `goal: ${describeGoal(task.goal)}`,
    `things: ${[...props, ...marks].map(({ name }) => name).join(', ') || 'none'}; furniture: ${fixtures.map(({ name }) => name).join(', ')}`,
    verdictOfExpert(task),
    `changes (--perturb): ${supportedChanges(task).join(', ') || 'none'}`,
  ];
}

/** Whether the generic expert can do a task, with true poses and from pictures. */
function verdictOfExpert(task: Task): string {
  const why = rearrangementProblem(task, 'S1');
  if (why !== undefined) return `the generic expert has no program for it: ${why}`;
  const whenSeen = rearrangementProblem(task, 'S2');
  if (whenSeen === undefined) return 'the generic expert can plan for it';
  return `the generic expert can plan for it at tier S1; from pictures, at S2 to S4, it has no program: ${whenSeen}`;
}

function supportedChanges(task: Task): string[] {
  return PERTURBATION_KINDS.filter((kind) => {
    try {
      perturbTask(task, kind, 0);
      return true;
    } catch (error) {
      if (error instanceof PerturbationError) return false;
      throw error;
    }
  });
}

/** "3", "0-5". @throws UsageError */
function readSeeds(text: string): number[] {
  const [first, last = first, ...more] = text.split('-');
  if (more.length > 0) throw new UsageError(`--seeds takes a number or a range, as 0-5, not "${text}"`);
  const from = wholeNumber('seeds', first, 0, Number.MAX_SAFE_INTEGER);
  const to = wholeNumber('seeds', last, from, from + MOST_PICTURES - 1);
  return Array.from({ length: to - from + 1 }, (_, k) => from + k);
}
