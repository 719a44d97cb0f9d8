// Owns the check of one arm's samples in space: workspace, keep-outs and the speed of the tool, by the gate's own forward
// kinematics. Must never skip a sample, and knows nothing of what stands on the table: that is the planner's.

import { JOINT_COUNT } from '../../sim/robots/panda/limits.ts';
import type { ArmTrajectory, Box } from '../robot.ts';
import { BODY_POINTS, type BodyLocator, createBodyLocator, TOOL_POINT } from './body-points.ts';
import type { ArmPlacement, Envelope } from './envelope.ts';
import { placeInTime, SAMPLE_QUANTUM_RAD, strictest } from './joint-check.ts';
import type { LimitLedger } from './limit-ledger.ts';
import { GateRefusal, inWords, NOTHING_SENT } from './refusal.ts';

/** Longest way from a joint axis to the tool point, metres, rounded up: turns rounded joints into a rounded tool. */
const REACH_M = 1.3;

/** A box that grows around the path of the tool, base frame of arm 0, metres. */
export interface GrowingBox {
  readonly min: [x: number, y: number, z: number];
  readonly max: [x: number, y: number, z: number];
}

/**
 * Judges every sample of one arm in the order of time, and grows `toolBox` around the path of its tool point.
 * @returns the top speed of the tool point, m/s
 * @throws GateRefusal WORKSPACE or KEEP_OUT (always hard), TOOL_SPEED past its hard limit
 */
export function checkRoom(
  { arm, jointPositionsRad: rad }: ArmTrajectory,
  periodS: number,
  placement: ArmPlacement,
  envelope: Envelope,
  ledger: LimitLedger,
  toolBox: GrowingBox,
): number {
  const { toolSpeedMPerS } = envelope;
  const body = createBodyLocator(placement.arm0FromBase);
  const c = body.centres;
  const tool = TOOL_POINT * 3;
  const speedNoise = (JOINT_COUNT * SAMPLE_QUANTUM_RAD * REACH_M) / periodS;
  const speedBound = strictest(toolSpeedMPerS) + speedNoise;
  const sampleCount = rad.length / JOINT_COUNT;
  let topSpeed = 0;
  let lastX = 0;
  let lastY = 0;
  let lastZ = 0;
  for (let sample = 0; sample < sampleCount; sample++) {
    body.locate(rad, sample * JOINT_COUNT);
    checkPosture(body, arm, envelope, () => `at ${placeInTime(sample, periodS)}`);
    const x = c[tool];
    const y = c[tool + 1];
    const z = c[tool + 2];
    if (sample > 0) {
      const dx = x - lastX;
      const dy = y - lastY;
      const dz = z - lastZ;
      const speed = Math.sqrt(dx * dx + dy * dy + dz * dz) / periodS;
      if (!(speed <= speedBound)) {
        ledger.judge({
          limit: 'toolSpeedMPerS',
          value: speed - speedNoise,
          bounds: toolSpeedMPerS,
          unit: 'm/s',
          where: () => `Tool point of the ${arm} arm at ${placeInTime(sample, periodS)}`,
        });
      }
      if (speed > topSpeed) topSpeed = speed;
    }
    lastX = x;
    lastY = y;
    lastZ = z;
    grow(toolBox, x, y, z);
  }
  return topSpeed;
}

/**
 * Judges one posture that the locator has found.
 * @param when in words, as "at 0.312 s"
 * @throws GateRefusal WORKSPACE or KEEP_OUT
 */
export function checkPosture(
  { centres }: BodyLocator,
  arm: string,
  { workspace, keepOuts }: Envelope,
  when: () => string,
): void {
  for (let point = 0; point < BODY_POINTS.length; point++) {
    const radius = BODY_POINTS[point].radiusM;
    const x = centres[point * 3];
    const y = centres[point * 3 + 1];
    const z = centres[point * 3 + 2];
    let inside = false;
    for (let i = 0; i < workspace.length && !inside; i++) inside = holdsSphere(workspace[i], x, y, z, radius);
    if (!inside) throw outside(arm, point, x, y, z, when(), workspace);
    for (let i = 0; i < keepOuts.length; i++) {
      if (!clearsSphere(keepOuts[i], x, y, z, radius)) throw keptOut(arm, point, x, y, z, when(), keepOuts[i]);
    }
  }
}

/** True when the whole sphere lies in the box; touching a face from inside is allowed. */
function holdsSphere({ min, max }: Box, x: number, y: number, z: number, radius: number): boolean {
  return (
    x - radius >= min[0] &&
    x + radius <= max[0] &&
    y - radius >= min[1] &&
    y + radius <= max[1] &&
    z - radius >= min[2] &&
    z + radius <= max[2]
  );
}

/** True when the sphere and the box share no point but, at most, one of their surfaces. */
function clearsSphere({ min, max }: Box, x: number, y: number, z: number, radius: number): boolean {
  const dx = Math.max(min[0] - x, 0, x - max[0]);
  const dy = Math.max(min[1] - y, 0, y - max[1]);
  const dz = Math.max(min[2] - z, 0, z - max[2]);
  const distanceSquared = dx * dx + dy * dy + dz * dz;
  return distanceSquared > 0 && distanceSquared >= radius * radius;
}

function grow({ min, max }: GrowingBox, x: number, y: number, z: number): void {
  min[0] = Math.min(min[0], x);
  min[1] = Math.min(min[1], y);
  min[2] = Math.min(min[2], z);
  max[0] = Math.max(max[0], x);
  max[1] = Math.max(max[1], y);
  max[2] = Math.max(max[2], z);
}

function outside(
  arm: string,
  point: number,
  x: number,
  y: number,
  z: number,
  when: string,
  workspace: readonly Box[],
): GateRefusal {
  const allowed = workspace.map(inBoxWords).join(', or ');
  return new GateRefusal(
    'WORKSPACE',
    `The ${pointWords(arm, point, x, y, z)} would leave the workspace ${when}; allowed is ${allowed}. ${NOTHING_SENT}`,
    'Choose a target, or a way to it, that stays inside. No grant can lift this limit.',
  );
}

function keptOut(arm: string, point: number, x: number, y: number, z: number, when: string, box: Box): GateRefusal {
  return new GateRefusal(
    'KEEP_OUT',
    `The ${pointWords(arm, point, x, y, z)} would enter the keep-out ${inBoxWords(box)} ${when}. ${NOTHING_SENT}`,
    'Choose a way around it. No grant can lift this limit.',
  );
}

function pointWords(arm: string, point: number, x: number, y: number, z: number): string {
  const { name, radiusM } = BODY_POINTS[point];
  const at = [x, y, z].map((value) => value.toFixed(4)).join(', ');
  return `${name} of the ${arm} arm (a sphere of ${inWords(radiusM)} m at ${at})`;
}

function inBoxWords({ name, min, max }: Box): string {
  return `"${name}" (${min.map(inWords).join(', ')} to ${max.map(inWords).join(', ')})`;
}
