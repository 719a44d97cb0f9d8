// Owns how a test runs one program on one seed of a task: checked, run and judged as the benchmark does it.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fastPacer } from '../../drivers/simulated/pacer.ts';
import type { Cell } from '../../electron/session/cell.ts';
import { readExpert, readRig } from '../../electron/session/installation.ts';
import { runTrial } from '../../electron/session/trial.ts';
import { apiChoice, apiFor } from '../../skills/api/policy-api.ts';
import type { TrialResult } from '../../skills/bench/trial-result.ts';
import { createChecker } from '../../skills/check/checker.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { QuickJsSandbox } from '../../skills/sandbox/quickjs-sandbox.ts';
import { loadTask, mujoco } from './sim-drive.ts';

let wasm: Promise<WebAssembly.Module> | undefined;
const checkers = new Map<string, ReturnType<typeof createChecker>>();

export interface ProgramTrial {
  readonly task: string;
  readonly seed: number;
  /** The task's S1 expert when left out. */
  readonly source?: string;
  readonly onOpen?: (cell: Cell) => void;
}

/** @throws Error when the program does not pass the check */
export async function runProgram({ task: name, seed, source, onOpen }: ProgramTrial): Promise<TrialResult> {
  wasm ??= WebAssembly.compile(readFileSync(createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm')));
  const task = loadTask(name);
  const api = apiFor(apiChoice(task, 'S1'));
  const checker = checkers.get(api.version) ?? createChecker(api, GUEST_MODULES);
  checkers.set(api.version, checker);
  const program = source ?? readExpert(name, 'S1').source;
  const checked = await checker.check({ source: program, blockName: 'block-1', session: { blocks: [] } });
  if (!checked.ok) throw new Error(`the program does not pass the check: ${JSON.stringify(checked.diagnostics)}`);
  return runTrial(
    {
      mujoco,
      task,
      seed,
      tier: 'S1',
      rig: readRig(undefined, task).rig,
      sandbox: new QuickJsSandbox({ wasm: await wasm }),
      modules: GUEST_MODULES,
      pacer: fastPacer(),
      nowS: () => performance.now() / 1000,
      onInternalError: (error) => {
        throw error;
      },
    },
    { name: 'block-1', source: program, javascript: checked.javascript, loops: checked.effects.loops },
    onOpen,
  );
}
