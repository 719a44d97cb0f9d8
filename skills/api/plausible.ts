// Owns the mistakes that have the right type: millimetres where metres are meant, degrees where radians are, numbers of a
// quaternion in another order. Says what to write instead. Must never refuse a value that could be meant.

import { PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { mat3FromQuat, type Quat } from '../../sim/spatial.ts';

/** No arm of ours and nothing it can see is farther away than this, metres: farther means another unit. */
const FARTHEST_M = 10;
/** From here on a length is more likely in millimetres than in centimetres. */
const LEAST_MILLIMETRES = 100;
/** No joint turns farther than this, radians: more means degrees. */
const LARGEST_JOINT_RAD = 4;
/** A tool axis whose z is below this points down, as nearly all work does; above the other it does not. */
const DOWNWARD = -0.9;
const NOT_DOWNWARD = -0.3;

/** What is wrong with a value, and what to write instead. */
export interface Implausible {
  readonly problem: string;
  readonly hint: string;
}

const LENGTHS = new Set(['position', 'offset']);
const JOINTS = new Set(['jointsRad', 'leftRad', 'rightRad', 'seedRad']);

/**
 * The first value of an argument that has the right type and cannot be meant.
 * @param name of the argument, and of the fields inside it: what says the unit
 * @param path of the value, for the message
 */
export function implausible(name: string, value: unknown, path: string = name): Implausible | undefined {
  if (isNumbers(value)) {
    if (LENGTHS.has(name)) return tooFar(path, value);
    if (JOINTS.has(name)) return outsideJointLimits(path, value);
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = implausible(key, inner, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function tooFar(path: string, value: readonly number[]): Implausible | undefined {
  const largest = Math.max(...value.map(Math.abs));
  if (largest <= FARTHEST_M) return undefined;
  const [unit, perMetre] = largest >= LEAST_MILLIMETRES ? ['millimetres', 1000] : ['centimetres', 100];
  return {
    problem: `${path} is ${listOf(value)}, which is more than ${FARTHEST_M} m away`,
    hint: `Lengths are metres. If these are ${unit}, write ${listOf(value.map((one) => one / perMetre))}.`,
  };
}

function outsideJointLimits(path: string, value: readonly number[]): Implausible | undefined {
  const { minRad, maxRad } = PANDA_JOINT_LIMITS;
  const at = value.findIndex((rad, joint) => rad < minRad[joint] || rad > maxRad[joint]);
  if (at < 0) return undefined;
  const degrees = value.some((rad) => Math.abs(rad) > LARGEST_JOINT_RAD);
  const inRad = value.map((one) => (one * Math.PI) / 180);
  return {
    problem: `${path}[${at}] is ${value[at]}, but joint ${at + 1} turns from ${minRad[at]} to ${maxRad[at]} rad`,
    hint: degrees
      ? `Angles are radians. If these are degrees, write ${listOf(inRad)}.`
      : 'Stay inside the range of the joint; solveIk gives angles that are.',
  };
}

/**
 * What to add to the hint of a call that failed, when an orientation of its arguments does not point the tool down but
 * would with its first number last: the order x, y, z, w, which many libraries use.
 */
export function orderHint(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = key === 'quatWxyz' && isQuat(inner) ? hintOfOrder(inner) : orderHint(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

function hintOfOrder(given: Quat): string | undefined {
  const [first, second, third, last] = given;
  const reordered: Quat = [last, first, second, third];
  if (axisHeight(given) < NOT_DOWNWARD || axisHeight(reordered) > DOWNWARD) return undefined;
  const where = axisHeight(given) > -DOWNWARD ? 'straight up' : 'sideways';
  return `A quaternion is w, x, y, z: quatWxyz ${listOf(given)} points the tool ${where}. If its numbers are x, y, z, w, write ${listOf(reordered)}.`;
}

/** The z component of the axis along which the tool points. */
function axisHeight(quat: Quat): number {
  return mat3FromQuat(quat)[8];
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'number');
}

function isQuat(value: unknown): value is Quat {
  return isNumbers(value) && value.length === 4;
}

/** Numbers as a program writes them, to four figures after the point. */
export function listOf(values: readonly number[]): string {
  return `[${values.map((one) => Number(one.toFixed(4))).join(', ')}]`;
}
