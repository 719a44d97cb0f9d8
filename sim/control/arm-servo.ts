// Owns what the joint servos of one arm are told at every physics step, from where its reference motion is. Must never
// invent a target that is not the reference's.

import type { Physics } from '../engine/physics.ts';
import type { ArmHandles } from '../robots/panda/arm-handles.ts';
import { readJoints } from '../robots/panda/arm-handles.ts';
import { JOINT_COUNT } from '../robots/panda/limits.ts';
import { JOINT_DAMPING, JOINT_STIFFNESS } from '../robots/panda/mjcf.ts';
import { type Lease, type LeasedTarget, ReferenceMotion } from './reference-motion.ts';

/** State of a servo that is no part of the physics snapshot. */
export interface ArmServoState {
  readonly referenceRad: readonly number[];
  readonly externalTorquesNm: readonly number[];
}

export class ArmServo {
  readonly #physics: Physics;
  readonly #arm: ArmHandles;
  readonly #reference: ReferenceMotion;
  /** What was measured when a saved state was taken over, until the first step after it. */
  #restoredTorquesNm: readonly number[] | undefined;

  constructor(physics: Physics, arm: ArmHandles) {
    this.#physics = physics;
    this.#arm = arm;
    this.#reference = new ReferenceMotion(readJoints(physics, arm));
  }

  /** Joint targets at this instant, without feed-forward, radians, length 7: what `commanded` reports. */
  get referenceRad(): Float64Array {
    return this.#reference.jointsRad;
  }

  get moving(): boolean {
    return this.#reference.moving;
  }

  get lease(): Lease {
    return this.#reference.lease;
  }

  /**
   * What the world around exerts on the joints, Nm, length 7: the forces of contacts and joint stops in the last step,
   * turned into torques. It is what the motors give beyond what the model needs to move and carry the arm.
   */
  get externalTorquesNm(): readonly number[] {
    if (this.#restoredTorquesNm !== undefined) return this.#restoredTorquesNm;
    const { qvel } = this.#arm;
    return Array.from(this.#physics.views.constraintForce.subarray(qvel, qvel + JOINT_COUNT));
  }

  /** Follows the samples (count x 7, one per physics step) from the next step on. */
  follow(samples: Float64Array): void {
    this.#reference.follow(samples);
  }

  /** Turns towards a target from the motion the arm is in, or renews the lease of the one it makes for. */
  pursue(target: LeasedTarget): void {
    this.#reference.pursue(target);
  }

  /** Takes the measured joints as the target. */
  holdHere(): void {
    this.#reference.place(readJoints(this.#physics, this.#arm));
  }

  /** Comes to rest on the present trajectory or course, inside the published accelerations. A lease is void. */
  brake(): void {
    this.#reference.brake();
  }

  /** Writes the servo targets of one physics step. */
  step(): void {
    this.#restoredTorquesNm = undefined;
    this.#reference.step();
    this.#write();
  }

  state(): ArmServoState {
    return { referenceRad: Array.from(this.#reference.jointsRad), externalTorquesNm: this.externalTorquesNm };
  }

  /** Takes a saved state over, at rest. */
  restore(state: ArmServoState): void {
    this.#reference.place(state.referenceRad);
    this.#restoredTorquesNm = state.externalTorquesNm;
    this.#write();
  }

  #write(): void {
    const { ctrl } = this.#physics.views;
    const { jointsRad, speedsRadPerS } = this.#reference;
    for (let j = 0; j < JOINT_COUNT; j++) {
      // Feed-forward of the servo's own damping: without it the arm would lag by speed x damping / stiffness.
      ctrl[this.#arm.servo + j] = jointsRad[j] + speedsRadPerS[j] * (JOINT_DAMPING[j] / JOINT_STIFFNESS[j]);
    }
  }
}
