// What every tier promises: which functions it has, that S4 is S3 without examples, and that the whole program which the
// documentation of S3 shows passes the check and does what it says.

import { describe, expect, it } from 'vitest';
import { fastPacer } from '../../drivers/simulated/pacer.ts';
import { readRig, readTask } from '../../electron/session/installation.ts';
import { runTrial } from '../../electron/session/trial.ts';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import { documentationText, FIRST_PROGRAM } from '../../skills/api/documentation.ts';
import { apiFor } from '../../skills/api/policy-api.ts';
import { EMPTY_SCOPE } from '../../skills/check/check-result.ts';
import { createChecker } from '../../skills/check/checker.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { inProcessSandbox } from '../attacks/attack-harness.ts';

const lowLevel = apiFor({ tier: 'S3', arms: 1 });

describe('the documentation of a tier', () => {
  it('says for every tier what its answers are worth, before it lists the functions', () => {
    for (const tier of ['S1', 'S2', 'S3', 'S4'] as const) {
      for (const arms of [1, 2] as const) {
        const text = documentationText(apiFor({ tier, arms }), []);
        expect(text.indexOf('## How to work')).toBeGreaterThan(0);
        expect(text.indexOf('## How to work')).toBeLessThan(text.indexOf('## Functions'));
      }
    }
  });

  it('names the cameras that the arms have', () => {
    expect(documentationText(lowLevel, [])).not.toContain('right wrist');
    expect(documentationText(apiFor({ tier: 'S3', arms: 2 }), [])).toContain('"right wrist" on the right one');
  });

  it('speaks of no gripper where the arm holds a tool without fingers', () => {
    for (const tier of ['S1', 'S2', 'S3', 'S4'] as const) {
      const text = documentationText(apiFor({ tier, arms: 1, tool: 'pad' }), []);
      expect(text).not.toMatch(/planGrasp|openGripper|closeGripper|sampleGraspPose/);
    }
  });

  it('shows a whole program at S3, and none at S4', () => {
    expect(documentationText(lowLevel, [])).toContain(FIRST_PROGRAM);
    expect(documentationText(apiFor({ tier: 'S4', arms: 1 }), [])).not.toContain(FIRST_PROGRAM);
  });
});

describe('the whole program of the documentation', () => {
  it('passes the check and puts the red cube on the green cube, from pixels', { timeout: 120_000 }, async () => {
    const checked = await createChecker(lowLevel, GUEST_MODULES).check({
      source: FIRST_PROGRAM,
      blockName: 'block-1',
      session: EMPTY_SCOPE,
    });
    expect(checked.diagnostics).toEqual([]);
    const { task } = readTask('cube-stack');
    const sandbox = inProcessSandbox();
    try {
      const result = await runTrial(
        {
          mujoco: await loadMujoco(),
          task,
          seed: 3,
          tier: 'S3',
          rig: readRig(undefined, task).rig,
          sandbox,
          modules: GUEST_MODULES,
          pacer: fastPacer(),
          nowS: () => performance.now() / 1000,
          onInternalError: (error) => {
            throw error;
          },
        },
        { name: 'block-1', source: FIRST_PROGRAM, javascript: checked.javascript, loops: [] },
      );
      expect(result).toMatchObject({ success: true, stage: null });
    } finally {
      await sandbox.dispose();
    }
  });
});
