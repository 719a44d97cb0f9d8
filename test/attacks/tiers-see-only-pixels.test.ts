// Proves that the tiers that look know nothing but pixels: with the names of the simulator's objects exchanged or made
// up, the same program does the same, to the last bit, and no answer and no error says such a name.

import { describe, expect, it } from 'vitest';
import { fastPacer } from '../../drivers/simulated/pacer.ts';
import type { CallRecord } from '../../electron/session/cell.ts';
import { readExpert, readRig } from '../../electron/session/installation.ts';
import { runTrial } from '../../electron/session/trial.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { apiFor } from '../../skills/api/policy-api.ts';
import type { TrialResult } from '../../skills/bench/trial-result.ts';
import { EMPTY_SCOPE } from '../../skills/check/check-result.ts';
import { createChecker } from '../../skills/check/checker.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { mujoco, taskText } from '../unit/sim-drive.ts';
import { inProcessSandbox } from './attack-harness.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED) % 1000;
const TIERS = ['S2', 'S3'] as const;
type Tier = (typeof TIERS)[number];

/** The task with its objects under other names; their order, looks and places stay. */
function renamed(task: string, names: Readonly<Record<string, string>>): Task {
  const known = Object.keys(names);
  const text = taskText(task).replace(/red cube|green cube/g, (name) => (known.includes(name) ? names[name] : name));
  return parseTask(text, `${task}/task.yaml`);
}

async function run(
  task: Task,
  tier: Tier,
  source: string,
): Promise<{ readonly result: TrialResult; readonly calls: readonly CallRecord[] }> {
  const checker = createChecker(apiFor({ tier, arms: 1 }), GUEST_MODULES);
  const checked = await checker.check({ source, blockName: 'block-1', session: EMPTY_SCOPE });
  expect(checked.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const sandbox = inProcessSandbox();
  const calls: CallRecord[] = [];
  try {
    const result = await runTrial(
      {
        mujoco,
        task,
        seed,
        tier,
        rig: readRig(undefined, task).rig,
        sandbox,
        modules: GUEST_MODULES,
        pacer: fastPacer(),
        nowS: () => performance.now() / 1000,
        onInternalError: (error) => {
          throw error;
        },
      },
      { name: 'block-1', source, javascript: checked.javascript, loops: checked.effects.loops },
      (cell) => {
        cell.observe({ onCall: (call) => calls.push(call) });
      },
    );
    return { result, calls };
  } finally {
    await sandbox.dispose();
  }
}

const said = (calls: readonly CallRecord[]) => calls.map(({ name, argsJson, reply }) => ({ name, argsJson, reply }));

describe.each(TIERS)('a program of tier %s', (tier) => {
  const task = 'cube-stack';
  const { source } = readExpert(task, tier);

  it('does the same to the last bit, whatever the simulator calls its objects', { timeout: 120_000 }, async () => {
    const plain = await run(renamed(task, {}), tier, source);
    const again = await run(renamed(task, {}), tier, source);
    const exchanged = await run(renamed(task, { 'red cube': 'green cube', 'green cube': 'red cube' }), tier, source);
    const madeUp = await run(renamed(task, { 'red cube': 'gizmo 17', 'green cube': 'doohickey' }), tier, source);
    for (const other of [again, exchanged, madeUp]) {
      expect(other.result.traceHash).toBe(plain.result.traceHash);
      expect(other.result.success).toBe(plain.result.success);
      expect(said(other.calls)).toEqual(said(plain.calls));
    }
    expect(plain.calls.length).toBeGreaterThan(5);
    expect(JSON.stringify(said(madeUp.calls))).not.toMatch(/gizmo|doohickey/);
  });

  it('is never told the name of an object, not even when it asks for what is not there', {
    timeout: 120_000,
  }, async () => {
    const find =
      tier === 'S2'
        ? 'await getObjectPose(name);'
        : 'const look = await getObservation(); await segmentText(look.id, name);';
    const curious = `for (const name of ['table', 'gizmo', 'left/hand', 'purple ball', 'red', '*']) {
  try { ${find} } catch (error) { await say(String(error) + (error instanceof PolicyError ? error.hint : '')); }
}`;
    const { result, calls } = await run(
      renamed(task, { 'red cube': 'gizmo 17', 'green cube': 'doohickey' }),
      tier,
      curious,
    );
    expect(result.stage).toBe('placement');
    expect(calls.length).toBeGreaterThan(8);
    expect(JSON.stringify(said(calls))).not.toMatch(/gizmo 17|doohickey/);
  });
});
