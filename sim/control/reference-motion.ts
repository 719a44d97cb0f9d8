// Owns where the joints of one arm are told to be at every physics step: on the samples of a trajectory, on the course of
// a pursuit while its lease lasts, at rest, or on the braking ramp of a stop. Pure: knows no engine and no robot. Must
// never invent a target that is not on the given trajectory or course, and never follow a course beyond its lease.

import { STEP_S } from '../engine/physics.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../robots/panda/limits.ts';
import { createJointMotion, type JointMotion, type Pursuit, pursue } from './pursuit.ts';
import type { TimingLimits } from './trajectory.ts';

/** 'expired': the last one ran out by itself, and the arm has braked or still does. */
export type Lease = 'none' | 'alive' | 'expired';

/** A target that moves on, and until when it is good. */
export interface LeasedTarget {
  /** Length 7, radians. */
  readonly targetRad: ArrayLike<number>;
  readonly limits: TimingLimits;
  /** Shortest time in which to arrive, seconds: longer follows a moving target more gently, and later. */
  readonly leastS: number;
  /** Physics steps until the arm brakes by itself. */
  readonly leaseSteps: number;
}

/** On a course that ends before its target a new one is made this often, physics steps: 20 ms. */
const STEPS_TO_NEXT_COURSE = 10;
/** Shortest braking time, seconds: even a slow motion is brought to rest without a step in acceleration. */
const LEAST_BRAKING_S = 0.04;

export class ReferenceMotion {
  readonly #reference = new Float64Array(JOINT_COUNT);
  readonly #speed = new Float64Array(JOINT_COUNT);
  #samples: Float64Array | undefined;
  #pursuit: Pursuit | undefined;
  /** What the pursuit was made for. */
  #wanted: LeasedTarget | undefined;
  /** State on the course of the pursuit, before the braking rate is applied. */
  readonly #motion = createJointMotion();
  /** Steps along the samples or the course. */
  #cursor = 0;
  #lease: Lease = 'none';
  #leaseSteps = 0;
  #brakingLeftS = 0;
  #brakingS = 0;

  /** At rest at these joints, radians, length 7. */
  constructor(jointsRad: ArrayLike<number>) {
    this.#reference.set(jointsRad);
  }

  /** Joint targets at this instant, radians, length 7. */
  get jointsRad(): Float64Array {
    return this.#reference;
  }

  /** Their speeds, rad/s, length 7. */
  get speedsRadPerS(): Float64Array {
    return this.#speed;
  }

  get moving(): boolean {
    return this.#samples !== undefined || this.#pursuit !== undefined;
  }

  get lease(): Lease {
    return this.#lease;
  }

  /** Follows the samples (count x 7, one per physics step) from the next step on. */
  follow(samples: Float64Array): void {
    this.#hold();
    this.#lease = 'none';
    this.#samples = samples;
  }

  /**
   * Turns towards a target from the motion the arm is in, or renews the lease of the one it makes for. Where the arm is
   * too fast to turn inside the limits it brakes on its present course; the next call tries again.
   */
  pursue(wanted: LeasedTarget): void {
    this.#turnTowards(wanted);
    this.#lease = 'alive';
    this.#leaseSteps = wanted.leaseSteps;
  }

  #turnTowards(wanted: LeasedTarget): void {
    const { targetRad, limits, leastS } = wanted;
    const leftS = this.#leftTowards(wanted);
    if (leftS !== undefined && leftS <= leastS) return;
    const pursuit = pursue(this.#present(), targetRad, limits, leastS);
    if (pursuit === undefined) {
      if (leftS === undefined) this.brake();
      return;
    }
    // A course to the same target is changed for a quicker one only: else the arm would arrive later with every call.
    if (leftS !== undefined && pursuit.durationS >= leftS) return;
    this.#hold();
    this.#pursuit = pursuit;
    this.#wanted = wanted;
    pursuit.evaluate(0, this.#motion);
    this.#speed.set(this.#motion.speedsRadPerS);
  }

  /** Puts the target somewhere, at rest, radians. */
  place(jointsRad: ArrayLike<number>): void {
    this.#reference.set(jointsRad);
    this.#lease = 'none';
    this.#hold();
  }

  /** Comes to rest on the present trajectory or course, inside the published accelerations. A lease is void. */
  brake(): void {
    this.#lease = 'none';
    if (!this.moving || this.#brakingS > 0) return;
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

  /** Lets one physics step pass. */
  step(): void {
    this.#countLease();
    if (this.#samples !== undefined) this.#stepAlong(this.#samples);
    else if (this.#pursuit !== undefined) this.#stepPursuit(this.#pursuit);
  }

  /** A lease is good for its last step, and over with the next. */
  #countLease(): void {
    if (this.#lease !== 'alive') return;
    if (this.#leaseSteps > 0) {
      this.#leaseSteps -= 1;
      return;
    }
    this.brake();
    this.#lease = 'expired';
  }

  #stepAlong(samples: Float64Array): void {
    const rate = this.#nextRate();
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
    if (this.#cursor >= last || this.#hasBraked) this.#hold();
  }

  #stepPursuit(pursuit: Pursuit): void {
    if (pursuit.covers === 'part' && this.#lease === 'alive' && this.#cursor >= STEPS_TO_NEXT_COURSE) {
      if (this.#wanted !== undefined && this.#brakingS === 0) this.#turnTowards(this.#wanted);
    }
    this.#stepAlongCourse(this.#pursuit ?? pursuit);
  }

  #stepAlongCourse(pursuit: Pursuit): void {
    const rate = this.#nextRate();
    this.#cursor += rate;
    const timeS = this.#cursor * STEP_S;
    pursuit.evaluate(timeS, this.#motion);
    for (let j = 0; j < JOINT_COUNT; j++) {
      this.#reference[j] = this.#motion.positionsRad[j];
      this.#speed[j] = this.#motion.speedsRadPerS[j] * rate;
    }
    if (timeS >= pursuit.durationS || this.#hasBraked) this.#hold();
  }

  /** How fast time passes on the trajectory in this step: 1, or falling to 0 while the arm brakes. */
  #nextRate(): number {
    if (this.#brakingS === 0) return 1;
    this.#brakingLeftS = Math.max(0, this.#brakingLeftS - STEP_S);
    const u = 1 - this.#brakingLeftS / this.#brakingS;
    return 1 - u * u * (3 - 2 * u);
  }

  get #hasBraked(): boolean {
    return this.#brakingS > 0 && this.#brakingLeftS <= 0;
  }

  /** Seconds to this very target on a course with these limits; undefined when the arm is on no such course nor there. */
  #leftTowards({ targetRad, limits }: LeasedTarget): number | undefined {
    const goal = this.#pursuit?.targetRad ?? this.#reference;
    if (this.#samples !== undefined || this.#brakingS > 0) return undefined;
    for (let j = 0; j < JOINT_COUNT; j++) if (goal[j] !== targetRad[j]) return undefined;
    if (this.#pursuit === undefined) return 0;
    const now = this.#wanted?.limits;
    if (now?.speedShare !== limits.speedShare || now.toolSpeedMPerS !== limits.toolSpeedMPerS) return undefined;
    if (this.#pursuit.covers === 'part') return Number.POSITIVE_INFINITY;
    return this.#pursuit.durationS - this.#cursor * STEP_S;
  }

  /** The commanded state of the joints at this instant. */
  #present(): JointMotion {
    const now = createJointMotion();
    now.positionsRad.set(this.#reference);
    if (this.#pursuit === undefined) return now;
    const u = this.#brakingS > 0 ? 1 - this.#brakingLeftS / this.#brakingS : 0;
    const rate = 1 - u * u * (3 - 2 * u);
    const slowing = this.#brakingS > 0 ? (6 * u * (1 - u)) / this.#brakingS : 0;
    for (let j = 0; j < JOINT_COUNT; j++) {
      now.speedsRadPerS[j] = this.#motion.speedsRadPerS[j] * rate;
      now.accelerationsRadPerS2[j] =
        this.#motion.accelerationsRadPerS2[j] * rate * rate - this.#motion.speedsRadPerS[j] * slowing;
    }
    return now;
  }

  #hold(): void {
    this.#samples = undefined;
    this.#pursuit = undefined;
    this.#cursor = 0;
    this.#speed.fill(0);
    this.#brakingS = 0;
    this.#brakingLeftS = 0;
  }
}
