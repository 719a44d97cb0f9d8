// Owns how a test previews a program above tier S1: a live cell, a look around it, and the world built from that look.

import { fastPacer } from '../../drivers/simulated/pacer.ts';
import type { PreviewFacts } from '../../electron/ipc/robot-host-contract.ts';
import { Cell, type CheckedBlock } from '../../electron/session/cell.ts';
import { readRig } from '../../electron/session/installation.ts';
import { type GuessedStart, rehearsePerceived } from '../../electron/session/perceived-twin.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import type { Tier } from '../../skills/api/definition.ts';
import { apiChoice, apiFor } from '../../skills/api/policy-api.ts';
import type { CheckResult } from '../../skills/check/check-result.ts';
import { createChecker } from '../../skills/check/checker.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { inProcessSandbox } from '../attacks/attack-harness.ts';
import { mujoco } from './sim-drive.ts';

const checkers = new Map<string, ReturnType<typeof createChecker>>();

function cellOptions(task: Task, tier: Tier) {
  return {
    mujoco,
    task,
    tier,
    rig: readRig(undefined, task).rig,
    modules: GUEST_MODULES,
    pacer: fastPacer(),
    nowS: () => performance.now() / 1000,
    onInternalError: (error: unknown) => {
      throw error;
    },
  };
}

/** The verdict of the check. */
export function checkResult(task: Task, tier: Tier, source: string): Promise<CheckResult> {
  const api = apiFor(apiChoice(task, tier));
  const checker = checkers.get(api.version) ?? createChecker(api, GUEST_MODULES);
  checkers.set(api.version, checker);
  return checker.check({ source, blockName: 'block-1', session: { blocks: [] } });
}

/** @throws Error when the program does not pass the check */
export async function checkedBlock(task: Task, tier: Tier, source: string): Promise<CheckedBlock> {
  const checked = await checkResult(task, tier, source);
  if (!checked.ok) throw new Error(`the program does not pass the check: ${JSON.stringify(checked.diagnostics)}`);
  const { calls, loops } = checked.effects;
  const callingLines = [...new Set(calls.flatMap(({ lines }) => lines))];
  return { name: 'block-1', source, javascript: checked.javascript, loops, callingLines };
}

/** A fresh live cell of the task, for `work` to look at and to change; closed at the end. */
export async function withLiveCell<T>(
  task: Task,
  seed: number,
  tier: Tier,
  work: (cell: Cell) => Promise<T>,
): Promise<T> {
  const sandbox = inProcessSandbox();
  const cell = await Cell.open({
    ...cellOptions(task, tier),
    seed,
    sandbox,
    purpose: 'trial',
    requiredBeats: [],
  });
  try {
    return await work(cell);
  } finally {
    await cell.dispose();
    await sandbox.dispose();
  }
}

/** What is perceived in a cell now. */
export async function perceived(cell: Cell): Promise<GuessedStart> {
  if (cell.side.survey === undefined) throw new Error('tier S1 perceives nothing');
  const { sandbox } = await cell.snapshot();
  return { ...(await cell.side.survey()), sandbox };
}

/** Runs a checked block in the world of a look. */
export async function previewOf(
  task: Task,
  tier: Tier,
  block: CheckedBlock,
  start: GuessedStart,
): Promise<PreviewFacts> {
  const sandbox = inProcessSandbox();
  try {
    return await rehearsePerceived({ ...cellOptions(task, tier), sandbox }, block, start, 1, 'preview');
  } finally {
    await sandbox.dispose();
  }
}
