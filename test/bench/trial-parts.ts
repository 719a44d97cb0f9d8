// Owns what every section needs to run trials in this process: engine, task, rig, the checked expert.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fastPacer } from '../../drivers/simulated/pacer.ts';
import type { CheckedBlock } from '../../electron/session/cell.ts';
import { NotFoundError, openTask, readExpert, readRig, taskNames } from '../../electron/session/installation.ts';
import type { TrialOptions } from '../../electron/session/trial.ts';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import type { Tier } from '../../skills/api/definition.ts';
import { apiChoice, apiFor } from '../../skills/api/policy-api.ts';
import { createChecker } from '../../skills/check/checker.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import type { PolicySandbox } from '../../skills/sandbox/policy-sandbox.ts';
import { QuickJsSandbox } from '../../skills/sandbox/quickjs-sandbox.ts';

export async function inProcessSandbox(): Promise<PolicySandbox> {
  const file = createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm');
  return new QuickJsSandbox({ wasm: await WebAssembly.compile(readFileSync(file)) });
}

/** One for each choice of functions: making one takes a second. */
const checkers = new Map<string, ReturnType<typeof createChecker>>();

function checkerFor(api: ReturnType<typeof apiChoice>): ReturnType<typeof createChecker> {
  const key = JSON.stringify(api);
  const known = checkers.get(key) ?? createChecker(apiFor(api), GUEST_MODULES);
  checkers.set(key, known);
  return known;
}

export interface TrialParts {
  readonly options: Omit<TrialOptions, 'seed'>;
  readonly block: CheckedBlock;
}

/** The parts of trials of one task at one tier; where tasks are drawn per seed, of that of the seed given. */
export async function trialParts(
  taskName: string,
  sandbox: PolicySandbox,
  tier: Tier = 'S1',
  seed = 0,
): Promise<TrialParts> {
  const { task } = openTask(taskName).taskFor(seed);
  const { source } = readExpert(taskName, tier, task);
  const checked = await checkerFor(apiChoice(task, tier)).check({
    source,
    blockName: 'block-1',
    session: { blocks: [] },
  });
  if (!checked.ok) throw new Error(`the expert for ${taskName} at ${tier}: ${checked.diagnostics[0]?.message}`);
  return {
    block: { name: 'block-1', source, javascript: checked.javascript, loops: checked.effects.loops },
    options: {
      mujoco: await loadMujoco(),
      task,
      rig: readRig(undefined, task).rig,
      tier,
      sandbox,
      modules: GUEST_MODULES,
      pacer: fastPacer(),
      nowS: () => performance.now() / 1000,
      onInternalError: (error) => console.error(error),
    },
  };
}

/** Every task and tier for which there is an expert. */
export function tasksWithExperts(tiers: readonly Tier[]): { readonly task: string; readonly tier: Tier }[] {
  return taskNames().flatMap((task) => tiers.filter((tier) => hasExpert(task, tier)).map((tier) => ({ task, tier })));
}

function hasExpert(task: string, tier: Tier): boolean {
  try {
    readExpert(task, tier, openTask(task).taskFor(0).task);
    return true;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}
