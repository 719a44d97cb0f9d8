// Each critic on a motion that has its fault and on one that has not.

import { describe, expect, it } from 'vitest';
import { type Quat, quatFromAxisAngle, quatMultiply, TOOL_DOWN, type Vec3 } from '../../sim/spatial.ts';
import { CRITICS, criticise } from '../../skills/agent/critics/critics.ts';
import type { ArmSample, PreviewTrace } from '../../skills/agent/critics/trace.ts';

const HOME = [0, 0.2, 0, -2.6, 0, 2.8, 0.8];
const TABLE = { name: 'table', min: [0.2, -0.4, -0.16], max: [1, 0.4, -0.11] } as const;
const CUBE = { name: 'red cube', min: [0.48, -0.02, -0.11], max: [0.52, 0.02, -0.07] } as const;

/** A second of motion; the line is the tick's number over ten. */
function trace(arm: (at: number) => Partial<ArmSample>, more: Partial<PreviewTrace> = {}): PreviewTrace {
  const samples = Array.from({ length: 100 }, (_, at) => ({
    timeS: (at + 1) / 100,
    line: Math.floor(at / 10) + 1,
    arms: [
      {
        side: 'left' as const,
        jointsRad: HOME,
        tool: { position: [0.5, 0, 0.3] as Vec3, quatWxyz: TOOL_DOWN },
        widthM: 0.08,
        held: undefined,
        ...arm(at),
      },
    ],
  }));
  return { samples, surfaces: [TABLE], things: [CUBE], keepOuts: [], tool: 'hand', ...more };
}

const at = (position: Vec3, quatWxyz: Quat = TOOL_DOWN) => ({ tool: { position, quatWxyz } });
const bent = (joint: number, angle: number) => ({ jointsRad: HOME.map((value, j) => (j === joint ? angle : value)) });

const FAULTS: Readonly<Record<string, { readonly bad: PreviewTrace; readonly good: PreviewTrace }>> = {
  'fast-near-surface': {
    bad: trace((k) => at([0.5, 0, Math.max(-0.1, 0.2 - 0.004 * k)])),
    good: trace((k) => at([0.5, 0, Math.max(-0.1, 0 - 0.001 * k)])),
  },
  'wrist-flip': {
    bad: trace((k) => bent(6, -1.8 + 0.036 * k)),
    good: trace((k) => bent(6, -1.5 + 0.03 * k)),
  },
  'tight-grasp': {
    bad: trace((k) => ({ ...at([0.5, 0, -0.09]), widthM: 0.043, held: k > 60 ? 'red cube' : undefined })),
    good: trace((k) => ({
      ...at([0.5, 0, -0.09]),
      widthM: k > 50 ? 0.04 : 0.08,
      held: k > 60 ? 'red cube' : undefined,
    })),
  },
  'tilt-while-carrying': {
    bad: trace((k) => ({
      ...at([0.5, 0, 0.3], quatMultiply(quatFromAxisAngle([1, 0, 0], 0.01 * k), TOOL_DOWN)),
      held: 'red cube',
    })),
    good: trace((k) => ({
      ...at([0.5, 0, 0.3], quatMultiply(quatFromAxisAngle([0, 0, 1], 0.02 * k), TOOL_DOWN)),
      held: 'red cube',
    })),
  },
  'near-keep-out': {
    bad: trace((k) => at([0.5 + 0.003 * k, 0, 0.3]), {
      keepOuts: [{ name: 'monitor', min: [0.81, -0.2, 0], max: [1, 0.2, 0.5] }],
    }),
    good: trace((k) => at([0.5 + 0.001 * k, 0, 0.3]), {
      keepOuts: [{ name: 'monitor', min: [0.81, -0.2, 0], max: [1, 0.2, 0.5] }],
    }),
  },
  'joint-near-limit': { bad: trace((k) => bent(5, 3.72 - 0.001 * k)), good: trace(() => bent(5, 3.5)) },
};

describe('the critic', () => {
  it.each(CRITICS.map(({ name }) => name))('%s finds its fault once, with line and words, and nothing else', (name) => {
    const { bad, good } = FAULTS[name];
    const findings = criticise(bad);
    expect(findings.map(({ critic }) => critic)).toEqual([name]);
    expect(findings[0].message).toMatch(/^(the arm|joint) .*: .*/);
    expect(findings[0].line).toBeGreaterThan(0);
    expect(criticise(good)).toEqual([]);
  });

  it('can be left out by name', () => {
    expect(criticise(FAULTS['wrist-flip'].bad, ['tight-grasp'])).toEqual([]);
    expect(criticise(FAULTS['wrist-flip'].bad, ['wrist-flip'])).toHaveLength(1);
  });
});
