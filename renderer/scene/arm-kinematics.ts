// Owns where the bodies of an arm stand for its joints, at the rate of the screen. The numbers of the chain come with the
// robot's shells. Must never decide anything that moves: it is for looking at.

import { mat3FromQuat, type Pose } from '../../sim/spatial.ts';
import type { ArmChain } from './robot-shells.ts';

/** Bodies of an arm in the order of their transforms. */
export const ARM_BODIES = [
  'link0',
  'link1',
  'link2',
  'link3',
  'link4',
  'link5',
  'link6',
  'link7',
  'hand',
  'left_finger',
  'right_finger',
  'tool',
] as const;
export type ArmBody = (typeof ARM_BODIES)[number];

/** Numbers of one transform: a 4 x 4 matrix, column by column, as drawing libraries want it. */
export const MATRIX = 16;
const HAND = ARM_BODIES.indexOf('hand');
const LEFT_FINGER = ARM_BODIES.indexOf('left_finger');
const RIGHT_FINGER = ARM_BODIES.indexOf('right_finger');
export const TOOL = ARM_BODIES.indexOf('tool');

export class ArmKinematics {
  /** worldFromBody of every body, after `pose`. */
  readonly matrices = new Float64Array(ARM_BODIES.length * MATRIX);
  readonly #joints: readonly Float64Array[];
  readonly #hand: Float64Array;
  readonly #tool: Float64Array;
  readonly #leftFinger: Float64Array;
  readonly #rightFinger: Float64Array;
  readonly #turned = new Float64Array(MATRIX);

  constructor(chain: ArmChain) {
    this.#joints = chain.parentFromJoints.map(matrixOf);
    this.#hand = matrixOf(chain.link7FromHand);
    this.#tool = matrixOf(chain.handFromTool);
    this.#leftFinger = matrixOf(chain.handFromFingers.left);
    this.#rightFinger = matrixOf(chain.handFromFingers.right);
  }

  /**
   * @param worldFromBase where the arm stands
   * @param jointsRad seven angles, from `offset` on
   * @param widthM opening between the finger pads
   */
  pose(worldFromBase: Pose, jointsRad: ArrayLike<number>, widthM: number, offset = 0): void {
    const { matrices } = this;
    matrices.set(matrixOf(worldFromBase));
    for (let joint = 0; joint < this.#joints.length; joint++) {
      turnAboutZ(this.#joints[joint], jointsRad[offset + joint], this.#turned);
      multiply(matrices, joint * MATRIX, this.#turned, matrices, (joint + 1) * MATRIX);
    }
    multiply(matrices, (HAND - 1) * MATRIX, this.#hand, matrices, HAND * MATRIX);
    this.#finger(this.#leftFinger, widthM, LEFT_FINGER);
    this.#finger(this.#rightFinger, widthM, RIGHT_FINGER);
    multiply(matrices, HAND * MATRIX, this.#tool, matrices, TOOL * MATRIX);
  }

  /** Origin of a body, metres. */
  origin(body: number): [number, number, number] {
    const at = body * MATRIX + 12;
    return [this.matrices[at], this.matrices[at + 1], this.matrices[at + 2]];
  }

  #finger(handFromFinger: Float64Array, widthM: number, body: number): void {
    const moved = this.#turned;
    moved.set(handFromFinger);
    // Along its own y, which is the second column.
    for (let row = 0; row < 3; row++) moved[12 + row] += (handFromFinger[4 + row] * widthM) / 2;
    multiply(this.matrices, HAND * MATRIX, moved, this.matrices, body * MATRIX);
  }
}

/** Column by column. */
export function matrixOf({ position, quatWxyz }: Pose): Float64Array {
  const m = mat3FromQuat(quatWxyz);
  return Float64Array.of(
    m[0],
    m[3],
    m[6],
    0,
    m[1],
    m[4],
    m[7],
    0,
    m[2],
    m[5],
    m[8],
    0,
    position[0],
    position[1],
    position[2],
    1,
  );
}

function turnAboutZ(matrix: Float64Array, angleRad: number, out: Float64Array): void {
  const c = Math.cos(angleRad);
  const s = Math.sin(angleRad);
  out.set(matrix);
  for (let row = 0; row < 3; row++) {
    out[row] = matrix[row] * c + matrix[4 + row] * s;
    out[4 + row] = matrix[4 + row] * c - matrix[row] * s;
  }
}

/** out = a * b, for transforms whose last row is 0 0 0 1. */
function multiply(a: Float64Array, aAt: number, b: Float64Array, out: Float64Array, outAt: number): void {
  for (let column = 0; column < 4; column++) {
    for (let row = 0; row < 3; row++) {
      let sum = column === 3 ? a[aAt + 12 + row] : 0;
      for (let k = 0; k < 3; k++) sum += a[aAt + 4 * k + row] * b[4 * column + k];
      out[outAt + 4 * column + row] = sum;
    }
    out[outAt + 4 * column + 3] = column === 3 ? 1 : 0;
  }
}
