// Owns the rig file: what one installation allows its robot to do, and its envelope. Read-only to programs and agents.
// Must never be widened by code: only the file's own text says what is allowed.

import { z } from 'zod';
import { norm, quatFromAxisAngle } from '../../sim/spatial.ts';
import { type Problem, parseYamlFile } from '../../sim/yaml-file.ts';
import { assertEnforceable, type Envelope, LIMIT_NAMES } from '../gate/envelope.ts';
import { GateRefusal } from '../gate/refusal.ts';

const finite = z.number().finite();
const corner = z.tuple([finite, finite, finite]);
const box = z.strictObject({
  name: z.string().min(1).max(60),
  min: corner.describe('lowest corner in the base frame of arm 0, metres'),
  max: corner,
});
const limit = z.strictObject({ hard: finite, soft: finite.optional() });
const arm = z.strictObject({
  arm: z.enum(['left', 'right']),
  position: corner.default([0, 0, 0]).describe('of its base in the base frame of arm 0, metres'),
  yaw: finite.default(0).describe('turn of its base about the vertical, radians'),
});

const rigSchema = z.strictObject({
  name: z.string().min(1).max(60),
  robot: z.enum(['panda', 'fr3']),
  arms: z
    .array(arm)
    .min(1)
    .max(2)
    .default([{ arm: 'left', position: [0, 0, 0], yaw: 0 }])
    .describe('where the arms stand: left, then right; one left arm when left out'),
  payload: z.strictObject({ massKg: finite.min(0).max(3) }).describe('what hangs at the flange beside the hand'),
  allowed: z.array(box).min(1).describe('volumes the arm and hand must stay inside'),
  keepOuts: z.array(box).describe('volumes they must stay out of'),
  limits: z.strictObject({
    jointMarginRad: limit,
    jointSpeedShare: limit,
    jointAccelerationShare: limit,
    jointJerkShare: limit,
    toolSpeedMPerS: limit,
    gripForceN: limit,
    maxCalls: limit,
    maxRobotTimeS: limit,
  }),
});

export interface Rig {
  readonly name: string;
  readonly robot: 'panda' | 'fr3';
  readonly payloadKg: number;
  readonly envelope: Envelope;
}

/** @throws YamlFileError */
export function parseRig(text: string, fileName: string): Rig {
  const data = parseYamlFile(text, fileName, rigSchema, (rig) => {
    const problems = armProblems(rig);
    return problems.length > 0 ? problems : envelopeProblems(envelopeOf(rig));
  });
  return { name: data.name, robot: data.robot, payloadKg: data.payload.massKg, envelope: envelopeOf(data) };
}

type RigData = z.infer<typeof rigSchema>;

/** Arms in another order than everything else counts them, or a left arm away from the origin it defines. */
function armProblems({ arms }: RigData): Problem[] {
  const problems: Problem[] = [];
  arms.forEach(({ arm }, index) => {
    const expected = index === 0 ? 'left' : 'right';
    if (arm === expected) return;
    const order = 'the arms are written left, then right';
    problems.push({ path: ['arms', index, 'arm'], text: `${order}: write "${expected}" here, not "${arm}"` });
  });
  const [{ position, yaw }] = arms;
  if (norm(position) !== 0 || yaw !== 0) {
    const text = 'the base of the left arm is the origin of all coordinates: leave its position and yaw out';
    problems.push({ path: ['arms', 0], text });
  }
  return problems;
}

function envelopeOf(rig: RigData): Envelope {
  return {
    arms: rig.arms.map(({ arm, position, yaw }) => ({
      arm,
      arm0FromBase: { position, quatWxyz: quatFromAxisAngle([0, 0, 1], yaw) },
    })),
    workspace: rig.allowed,
    keepOuts: rig.keepOuts.map((keepOut) => ({ ...keepOut, layer: 'installation' })),
    ...rig.limits,
  };
}

function envelopeProblems(envelope: Envelope): Problem[] {
  try {
    assertEnforceable(envelope, envelope.arms.length);
    return [];
  } catch (error) {
    if (!(error instanceof GateRefusal)) throw error;
    const named = LIMIT_NAMES.find((name) => error.message.includes(name));
    return [{ path: named === undefined ? ['allowed'] : ['limits', named], text: `${error.message} ${error.hint}` }];
  }
}
