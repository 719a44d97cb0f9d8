// Owns the rig file: what one installation allows its robot to do, and its envelope. Read-only to programs and agents.
// Must never be widened by code: only the file's own text says what is allowed.

import { z } from 'zod';
import { IDENTITY_POSE } from '../../sim/spatial.ts';
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

const rigSchema = z.strictObject({
  name: z.string().min(1).max(60),
  robot: z.enum(['panda', 'fr3']),
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
  const data = parseYamlFile(text, fileName, rigSchema, (rig) => envelopeProblems(envelopeOf(rig)));
  return { name: data.name, robot: data.robot, payloadKg: data.payload.massKg, envelope: envelopeOf(data) };
}

function envelopeOf(rig: z.infer<typeof rigSchema>): Envelope {
  return {
    arms: [{ arm: 'left', arm0FromBase: IDENTITY_POSE }],
    workspace: rig.allowed,
    keepOuts: rig.keepOuts.map((keepOut) => ({ ...keepOut, layer: 'installation' })),
    ...rig.limits,
  };
}

function envelopeProblems(envelope: Envelope): Problem[] {
  try {
    assertEnforceable(envelope, 1);
    return [];
  } catch (error) {
    if (!(error instanceof GateRefusal)) throw error;
    const named = LIMIT_NAMES.find((name) => error.message.includes(name));
    return [{ path: named === undefined ? ['allowed'] : ['limits', named], text: `${error.message} ${error.hint}` }];
  }
}
