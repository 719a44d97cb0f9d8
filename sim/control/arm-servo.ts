// Owns what the joint servos of one arm are told at every physics step: the samples of a trajectory, a hold, or the
// braking ramp of a stop. Must never invent a target that is not on the given trajectory.

import type { Physics } from '../engine/physics.ts';
import { STEP_S } from '../engine/physics.ts';
import type { ArmHandles } from '../robots/panda/arm-handles.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../robots/panda/limits.ts';
import { JOINT_DAMPING, JOINT_STIFFNESS } from '../robots/panda/mjcf.ts';

/** State of a servo that is no part of the physics snapshot. */
export interface ArmServoState {
  readonly referenceRad: readonly number[];
}

/** Shortest braking time, seconds: even a slow motion is brought to rest without a step in acceleration. */
const LEAST_BRAKING_S = 0.04;

export class ArmServo {
  readonly #physics: Physics;
  readonly #arm: ArmHandles;
  /** Joint targets without feed-forward, radians: what `commanded` reports. */
  readonly #reference = new Float64Array(JOINT_COUNT);
  readonly #speed = new Float64Array(JOINT_COUNT);
  #samples: Float64Array | undefined;
  #cursor = 0;
  #brakingLeftS = 0;
  #brakingS = 0;

  constructor(physics: Physics, arm: ArmHandles) {
    this.#physics = physics;
    this.#arm = arm;
    this.holdHere();
  }

  /** Joint targets at this instant, radians, length 7. */
  get referenceRad(): Float64Array {
    return this.#reference;
  }

  get moving(): boolean {
    return this.#samples !== undefined;
  }

  /** Follows the samples (count x 7, one per physics step) from the next step on. */
  follow(samples: Float64Array): void {
    this.#samples = samples;
    this.#cursor = 0;
    this.#brakingLeftS = 0;
    this.#brakingS = 0;
  }

  /** Takes the measured joints as the target. */
  holdHere(): void {
    const { qpos } = this.#physics.views;
    for (let j = 0; j < JOINT_COUNT; j++) this.#reference[j] = qpos[this.#arm.qpos + j];
    this.#hold();
  }

  /** Comes to rest on the present trajectory, inside the published accelerations. */
  brake(): void {
    if (this.#samples === undefined || this.#brakingS > 0) return;
    let duration = LEAST_BRAKING_S;
    for (let j = 0; j < JOINT_COUNT; j++) {
      // The rate falls as 1 - (3 u^2 - 2 u^3): its steepest slope is 1.5 per duration. Half the limit is left for
      // the acceleration of the trajectory itself.
      const limit = 0.5 * PANDA_JOINT_LIMITS.accelerationRadPerS2[j];
      duration = Math.max(duration, (1.5 * Math.abs(this.#speed[j])) / limit);
    }
    this.#brakingS = duration;
    this.#brakingLeftS = duration;
  }

  /** Writes the servo targets of one physics step. */
  step(): void {
    const samples = this.#samples;
    if (samples === undefined) {
      this.#write();
      return;
    }
    let rate = 1;
    if (this.#brakingS > 0) {
      this.#brakingLeftS -= STEP_S;
      const u = 1 - Math.max(0, this.#brakingLeftS) / this.#brakingS;
      rate = 1 - u * u * (3 - 2 * u);
    }
    const last = samples.length / JOINT_COUNT - 1;
    this.#cursor = Math.min(this.#cursor + rate, last);
    const row = Math.min(Math.floor(this.#cursor), Math.max(0, last - 1));
    const share = this.#cursor - row;
    for (let j = 0; j < JOINT_COUNT; j++) {
      const here = samples[row * JOINT_COUNT + j];
      const next = samples[Math.min(row + 1, last) * JOINT_COUNT + j];
      this.#reference[j] = here + (next - here) * share;
      this.#speed[j] = ((next - here) / STEP_S) * rate;
    }
    if (this.#cursor >= last || (this.#brakingS > 0 && this.#brakingLeftS <= 0)) this.#hold();
    this.#write();
  }

  state(): ArmServoState {
    return { referenceRad: Array.from(this.#reference) };
  }

  /** Takes a saved state over, at rest. */
  restore(state: ArmServoState): void {
    this.#reference.set(state.referenceRad);
    this.#hold();
    this.#write();
  }

  #hold(): void {
    this.#samples = undefined;
    this.#speed.fill(0);
    this.#brakingS = 0;
    this.#brakingLeftS = 0;
  }

  #write(): void {
    const { ctrl } = this.#physics.views;
    for (let j = 0; j < JOINT_COUNT; j++) {
      // Feed-forward of the servo's own damping: without it the arm would lag by speed x damping / stiffness.
      ctrl[this.#arm.servo + j] = this.#reference[j] + this.#speed[j] * (JOINT_DAMPING[j] / JOINT_STIFFNESS[j]);
    }
  }
}
