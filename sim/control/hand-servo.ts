// Owns what the fingers of one hand are told at every physics step: an opening reached at limited speed and force.
// Must never open by itself: a stop holds the present command.

import type { Physics } from '../engine/physics.ts';
import { STEP_S } from '../engine/physics.ts';
import { type ArmHandles, readWidth } from '../robots/panda/arm-handles.ts';
import { FRANKA_HAND_LIMITS } from '../robots/panda/limits.ts';
import { FINGER_STIFFNESS } from '../robots/panda/mjcf.ts';

export interface HandServoState {
  readonly commandM: number;
  readonly targetM: number;
  readonly forceN: number;
  readonly holding: boolean;
}

/** Speed of the opening, m/s: both fingers at half of the data sheet's finger speed. */
const OPENING_SPEED_M_PER_S = FRANKA_HAND_LIMITS.fingerSpeedMPerS;
/** A grasp pulls the command this far beyond the point at which the force limit acts on closed fingers (m). */
const GRASP_RESERVE_M = 0.005;
/** Fingers slower than this are still, m/s. */
const STILL_M_PER_S = 0.002;
/** They must be still for this long before the result counts, seconds. */
const STILL_FOR_S = 0.06;
/** An opening this much wider than commanded means something is in between, metres. */
const HELD_WIDTH_M = 0.002;

export class HandServo {
  readonly #physics: Physics;
  readonly #arm: ArmHandles;
  #commandM: number;
  #targetM: number;
  #forceN = 30;
  #holding = false;
  #stillS = 0;

  constructor(physics: Physics, arm: ArmHandles) {
    this.#physics = physics;
    this.#arm = arm;
    this.#commandM = readWidth(physics, arm);
    this.#targetM = this.#commandM;
    this.#applyForce();
  }

  get widthM(): number {
    return readWidth(this.#physics, this.#arm);
  }

  /** True while a grasp has something between the pads. */
  get holding(): boolean {
    return this.#holding && this.#keptOpen;
  }

  /** Force limit of a finger, newtons. */
  get forceN(): number {
    return this.#forceN;
  }

  /** Starts a movement to an opening in metres with a force limit in newtons; 0 is a grasp. */
  move(widthM: number, forceN: number): void {
    this.#forceN = forceN;
    const lead = this.#leadM;
    this.#targetM = widthM > 0 ? Math.min(widthM, FRANKA_HAND_LIMITS.maxWidthM) : -lead - GRASP_RESERVE_M;
    // A command beyond the force limit pushes no harder, but would delay the way back.
    const width = this.widthM;
    this.#commandM = Math.min(Math.max(this.#commandM, width - lead), width + lead);
    this.#holding = false;
    this.#stillS = 0;
    this.#applyForce();
  }

  /** Presses at once on what already stands between the pads: where a world begins with something in the hand. */
  grip(): void {
    this.#commandM = this.widthM - this.#leadM;
    this.#targetM = -this.#leadM - GRASP_RESERVE_M;
    this.#holding = true;
  }

  /** Stops the fingers where they are commanded to be: opening or closing ends, a grasp keeps its force. */
  freeze(): void {
    this.#targetM = this.#commandM;
  }

  /** True once the fingers rest at their target, or push with the whole force against something. */
  get settled(): boolean {
    const pushing = Math.abs(this.widthM - this.#commandM) >= this.#leadM;
    return (this.#commandM === this.#targetM || pushing) && this.#stillS >= STILL_FOR_S;
  }

  /** Ends a movement: decides whether something is held. */
  conclude(): void {
    this.#holding = this.#keptOpen;
  }

  /** Writes the target of one physics step. */
  step(): void {
    const change = OPENING_SPEED_M_PER_S * STEP_S;
    if (this.#commandM < this.#targetM) this.#commandM = Math.min(this.#commandM + change, this.#targetM);
    else if (this.#commandM > this.#targetM) this.#commandM = Math.max(this.#commandM - change, this.#targetM);
    const { ctrl, qvel } = this.#physics.views;
    ctrl[this.#arm.grip] = this.#commandM / 2;
    const speed = Math.abs(qvel[this.#arm.fingerQvel[0]]) + Math.abs(qvel[this.#arm.fingerQvel[1]]);
    this.#stillS = speed < STILL_M_PER_S ? this.#stillS + STEP_S : 0;
  }

  state(): HandServoState {
    return { commandM: this.#commandM, targetM: this.#targetM, forceN: this.#forceN, holding: this.#holding };
  }

  restore(state: HandServoState): void {
    this.#commandM = state.commandM;
    this.#targetM = state.targetM;
    this.#forceN = state.forceN;
    this.#holding = state.holding;
    this.#stillS = 0;
    this.#applyForce();
  }

  /** How far the command runs ahead of the pads when the servo pushes with its force limit, metres. */
  get #leadM(): number {
    // The tendon is half of the opening, and its limit is twice a finger's force.
    return (4 * this.#forceN) / FINGER_STIFFNESS;
  }

  /** Whether something keeps the pads wider apart than commanded. */
  get #keptOpen(): boolean {
    return this.widthM > Math.max(this.#commandM, 0) + HELD_WIDTH_M;
  }

  #applyForce(): void {
    // The tendon averages both fingers, so each finger gets half of the actuator's force.
    const { actuatorForceRange } = this.#physics.views;
    actuatorForceRange[2 * this.#arm.grip] = -2 * this.#forceN;
    actuatorForceRange[2 * this.#arm.grip + 1] = 2 * this.#forceN;
  }
}
