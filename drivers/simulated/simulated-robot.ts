// Owns the simulated arm behind the Robot port: plans, runs samples, grips, stops, all inside one task world. Must
// never move by itself: time passes only inside a command.

import { PhysicsError } from '../../sim/engine/physics-error.ts';
import { readJoints } from '../../sim/robots/panda/arm-handles.ts';
import { toolPose } from '../../sim/robots/panda/kinematics.ts';
import { FRANKA_HAND_LIMITS, JOINT_COUNT } from '../../sim/robots/panda/limits.ts';
import { TOOLS } from '../../sim/robots/panda/tools.ts';
import { angleBetween, compose, distance } from '../../sim/spatial.ts';
import { type TaskWorld, TICK_S } from '../../sim/tasks/task-world.ts';
import {
  type ArmSide,
  type ArmState,
  type GripperCommand,
  type GripperResult,
  type MotionReason,
  type MotionResult,
  type Plan,
  type PlanRequest,
  type Robot,
  RobotError,
  type RobotIdentity,
  type RobotState,
  type ServoCommand,
  type ServoReason,
  type ServoReport,
  type StopReport,
} from '../robot.ts';
import { areAtRest, lagRad, readArm } from './arm-readings.ts';
import type { Pacer } from './pacer.ts';
import { PlanShelf } from './plan-shelf.ts';
import { invalid, stopped } from './refusal.ts';
import { servoRequest } from './servo-request.ts';

/** A plan starts at the measured joints, within this (rad). */
const START_TOLERANCE_RAD = 0.02;
/** A motion has reached its goal within these. */
const REACHED_POSITION_M = 0.004;
const REACHED_ROTATION_RAD = 0.02;
/** After the last sample the servos get this long to arrive, seconds. */
const ARRIVAL_LIMIT_S = 0.6;
/** A joint this close to its target has arrived: below 0.3 mm at the fingertip, radians. */
const ARRIVED_RAD = 4e-4;
/** A joint this far behind its target is held up by something, radians. */
const BLOCKED_RAD = 0.15;
/** A joint that ends this far from its target was held up: its target is taken back to where it is (rad). */
const HELD_UP_RAD = 0.01;
const GRIPPER_LIMIT_S = 3;
const STOP_LIMIT_S = 2;

export class SimulatedRobot implements Robot {
  readonly identity: RobotIdentity;
  readonly #world: TaskWorld;
  readonly #pace: Pacer;
  readonly #plans: PlanShelf;
  /** Indices of all arms. */
  readonly #all: readonly number[];
  #busy: Promise<void> | undefined;
  #gripping = false;
  #stopped = false;
  #stopping: Promise<StopReport> | undefined;
  #closed = false;
  #seen: readonly ArmState[];
  #diverged: PhysicsError | undefined;

  constructor(world: TaskWorld, pace: Pacer) {
    this.#world = world;
    this.#pace = pace;
    this.#plans = new PlanShelf(world.arms.map(({ side }) => side));
    this.#all = world.arms.map((_, index) => index);
    this.identity = {
      id: 'simulated-panda',
      kind: 'simulated',
      model: 'panda',
      arms: world.arms.length === 2 ? 2 : 1,
    };
    this.#seen = this.#measure();
  }

  #measure(): readonly ArmState[] {
    return this.#all.map((index) => readArm(this.#world, index));
  }

  async state(): Promise<RobotState> {
    return this.measured();
  }

  /** The state at this very instant. After the physics has diverged: what was last seen before, in mode 'fault'. */
  measured(): RobotState {
    if (this.#diverged === undefined) this.#seen = this.#measure();
    return { timeS: this.#world.timeS, arms: this.#seen, mode: this.#mode() };
  }

  async plan(request: PlanRequest): Promise<Plan> {
    this.#assertOpen();
    return this.#plans.make(request);
  }

  execute(plan: Plan, signal?: AbortSignal): Promise<MotionResult> {
    return this.#command(async () => {
      if (this.#hasLease(this.#all)) await this.#endLeases(this.#all, signal);
      return this.#run(plan, signal);
    }, signal);
  }

  servo(command: ServoCommand, signal?: AbortSignal): Promise<ServoReport> {
    return this.#command(async () => {
      const { target, ticks } = servoRequest(command);
      const world = this.#world;
      const index = this.#armIndex(command.arm);
      const servo = world.servos[index];
      const hadExpired = servo.lease === 'expired';
      const heldAtStart = world.hands.map((hand) => hand.holding);
      servo.pursue(target);
      let cut: MotionReason | undefined;
      for (let tick = 0; tick < ticks && cut === undefined; tick++) {
        await this.#tick();
        cut = this.#interruption([index], heldAtStart, signal);
      }
      if (cut !== undefined) {
        servo.brake();
        await this.#untilRest([index]);
        await this.#giveWay([index]);
      }
      const worldFromGoal = compose(world.scene.arms[index].worldFromBase, toolPose(target.targetRad));
      const state = readArm(world, index);
      const positionErrorM = distance(worldFromGoal.position, state.tool.position);
      const rotationErrorRad = angleBetween(worldFromGoal.quatWxyz, state.tool.quatWxyz);
      const close = positionErrorM < REACHED_POSITION_M && rotationErrorRad < REACHED_ROTATION_RAD;
      let reason: ServoReason = close && areAtRest(world, [index]) ? 'arrived' : 'tracking';
      if (hadExpired) reason = 'expired';
      if (cut === 'object-lost' || cut === 'stopped') reason = cut;
      return { state, positionErrorM, rotationErrorRad, reason };
    }, signal);
  }

  async rest(signal?: AbortSignal): Promise<void> {
    if (this.#stopped && !this.#closed && this.#diverged === undefined) {
      await this.#stopping;
      return;
    }
    return this.#command(async () => {
      if (this.#hasLease(this.#all)) await this.#endLeases(this.#all, signal);
    }, signal);
  }

  moveGripper(command: GripperCommand, signal?: AbortSignal): Promise<GripperResult> {
    return this.#command(async () => {
      const { widthM, forceN } = command;
      const { tool = 'hand' } = this.#world.scene.arms[this.#armIndex(command.arm)];
      if (tool !== 'hand') {
        throw invalid(`the ${command.arm} arm has a ${TOOLS[tool].spoken} where its fingers would be`);
      }
      if (!(widthM >= 0 && widthM <= FRANKA_HAND_LIMITS.maxWidthM)) {
        throw invalid(`an opening of ${widthM} m is outside 0..${FRANKA_HAND_LIMITS.maxWidthM} m`);
      }
      if (!(forceN > 0 && forceN <= FRANKA_HAND_LIMITS.maxForceN)) {
        throw invalid(`a force of ${forceN} N is outside 0..${FRANKA_HAND_LIMITS.maxForceN} N`);
      }
      const index = this.#armIndex(command.arm);
      const hand = this.#world.hands[index];
      if (this.#hasLease([index])) await this.#endLeases([index], signal);
      hand.move(widthM, forceN);
      const end = this.#world.timeS + GRIPPER_LIMIT_S;
      let cut = false;
      this.#gripping = true;
      try {
        while (!hand.settled && this.#world.timeS < end) {
          await this.#tick();
          cut ||= this.#stopped || signal?.aborted === true;
          if (cut) hand.freeze();
        }
      } finally {
        this.#gripping = false;
        hand.conclude();
      }
      if (cut) throw stopped('the gripper was stopped on its way');
      return { widthM: hand.widthM, holding: hand.holding };
    }, signal);
  }

  advance(seconds: number, signal?: AbortSignal): Promise<void> {
    return this.#command(async () => {
      if (!(seconds >= 0 && seconds < Number.POSITIVE_INFINITY)) throw invalid(`one cannot wait ${seconds} s`);
      const end = this.#world.timeS + seconds - TICK_S / 2;
      while (this.#world.timeS < end) {
        await this.#tick();
        if (this.#stopped || signal?.aborted) throw stopped('the wait was cut short');
      }
    }, signal);
  }

  async stop(_reason: string): Promise<StopReport> {
    this.#stopped = true;
    this.#plans.clear();
    if (this.#closed || this.#diverged !== undefined) return { sent: false, restConfirmed: false, stopDurationS: null };
    for (const servo of this.#world.servos) servo.brake();
    for (const hand of this.#world.hands) hand.freeze();
    // A stop during a stop learns how the first one ended.
    this.#stopping ??= this.#comeToRest().finally(() => {
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  async clearStop(): Promise<void> {
    // A stop that is still braking is finished first, so that its motion ends as stopped.
    await this.#stopping;
    this.#stopped = false;
  }

  async close(): Promise<void> {
    this.#stopped = true;
    await this.#busy;
    await this.#stopping;
    this.#closed = true;
    this.#plans.clear();
  }

  async #comeToRest(): Promise<StopReport> {
    const start = this.#world.timeS;
    // A running command sees the latch, brakes and ends; without one the world is ticked here.
    while (this.#busy !== undefined) await this.#busy;
    try {
      return await this.#exclusively(async () => {
        while (!areAtRest(this.#world, this.#all) && this.#world.timeS < start + STOP_LIMIT_S) await this.#tick();
        const restConfirmed = areAtRest(this.#world, this.#all);
        return { sent: true, restConfirmed, stopDurationS: restConfirmed ? this.#world.timeS - start : null };
      });
    } catch {
      return { sent: true, restConfirmed: false, stopDurationS: null };
    }
  }

  async #run(plan: Plan, signal?: AbortSignal): Promise<MotionResult> {
    const samples = this.#plans.take(plan);
    const world = this.#world;
    const indices = plan.arms.map(({ arm }) => this.#armIndex(arm));
    this.#assertAtStart(plan, samples, indices);
    const start = world.timeS;
    const heldAtStart = world.hands.map((hand) => hand.holding);
    let reason: MotionReason | undefined;
    samples.forEach((rows, k) => {
      world.servos[indices[k]].follow(rows);
    });
    while (world.servos.some((servo) => servo.moving)) {
      await this.#tick();
      reason ??= this.#interruption(indices, heldAtStart, signal);
      if (reason !== undefined) for (const servo of world.servos) servo.brake();
    }
    const arrival = world.timeS + ARRIVAL_LIMIT_S;
    while (!this.#arrived(indices) && world.timeS < arrival) await this.#tick();
    reason ??= this.#interruption(indices, heldAtStart, signal);
    await this.#giveWay(indices);

    let positionErrorM = 0;
    let rotationErrorRad = 0;
    samples.forEach((rows, k) => {
      const goal = compose(
        world.scene.arms[indices[k]].worldFromBase,
        toolPose(rows.subarray(rows.length - JOINT_COUNT)),
      );
      const tool = world.tool(indices[k]);
      positionErrorM = Math.max(positionErrorM, distance(goal.position, tool.position));
      rotationErrorRad = Math.max(rotationErrorRad, angleBetween(goal.quatWxyz, tool.quatWxyz));
    });
    const close = positionErrorM < REACHED_POSITION_M && rotationErrorRad < REACHED_ROTATION_RAD;
    reason ??= close ? 'reached' : 'not-reached';
    return { reached: reason === 'reached', positionErrorM, rotationErrorRad, durationS: world.timeS - start, reason };
  }

  #assertAtStart(plan: Plan, samples: readonly Float64Array[], indices: readonly number[]): void {
    samples.forEach((rows, k) => {
      const measured = readJoints(this.#world.physics, this.#world.arms[indices[k]]);
      for (let j = 0; j < JOINT_COUNT; j++) {
        const off = Math.abs(measured[j] - rows[j]);
        if (off <= START_TOLERANCE_RAD) continue;
        throw new RobotError(
          'START_MISMATCH',
          `the plan starts ${off.toFixed(3)} rad away from joint ${j + 1} of the ${plan.arms[k].arm} arm; the arm is still`,
          'plan again from where the arm is',
        );
      }
    });
  }

  /** An arm that is held up stops pushing: it takes where it is as its target, so that the next plan starts from there. */
  async #giveWay(indices: readonly number[]): Promise<void> {
    const heldUp = indices.filter((index) => lagRad(this.#world, index) > HELD_UP_RAD);
    for (const index of heldUp) this.#world.servos[index].holdHere();
    const end = this.#world.timeS + ARRIVAL_LIMIT_S;
    while (heldUp.length > 0 && !areAtRest(this.#world, heldUp) && this.#world.timeS < end) await this.#tick();
  }

  #interruption(
    indices: readonly number[],
    heldAtStart: readonly boolean[],
    signal?: AbortSignal,
  ): MotionReason | undefined {
    if (this.#stopped || signal?.aborted) return 'stopped';
    for (const index of indices) {
      if (heldAtStart[index] && !this.#world.hands[index].holding) return 'object-lost';
      if (lagRad(this.#world, index) > BLOCKED_RAD) return 'not-reached';
    }
    return undefined;
  }

  #arrived(indices: readonly number[]): boolean {
    return areAtRest(this.#world, this.#all) && indices.every((index) => lagRad(this.#world, index) < ARRIVED_RAD);
  }

  #mode(): RobotState['mode'] {
    if (this.#diverged !== undefined) return 'fault';
    const moving = this.#gripping || this.#world.servos.some((servo) => servo.moving);
    if (this.#stopped) return moving ? 'stopping' : 'stopped';
    return moving ? 'moving' : 'idle';
  }

  /** Asked before `#endLeases`, so that a command without a lease before it begins in the very turn it is given. */
  #hasLease(indices: readonly number[]): boolean {
    return indices.some((index) => this.#world.servos[index].lease !== 'none');
  }

  /** Brings these arms to rest where a lease moves them. */
  async #endLeases(indices: readonly number[], signal: AbortSignal | undefined): Promise<void> {
    for (const index of indices) if (this.#hasLease([index])) this.#world.servos[index].brake();
    await this.#untilRest(indices);
    if (this.#stopped || signal?.aborted) throw stopped('a stop came before the command began');
  }

  async #untilRest(indices: readonly number[]): Promise<void> {
    const end = this.#world.timeS + STOP_LIMIT_S;
    while (!areAtRest(this.#world, indices) && this.#world.timeS < end) await this.#tick();
  }

  async #tick(): Promise<void> {
    try {
      this.#world.tick();
    } catch (cause) {
      if (!(cause instanceof PhysicsError)) throw cause;
      this.#diverged = cause;
      throw new RobotError('PHYSICS_DIVERGED', cause.message, cause.hint, { cause });
    }
    const wait = this.#pace(this.#world.timeS);
    if (wait !== undefined) await wait;
  }

  /** A command from outside: refused when aborted, closed, diverged or stopped, whatever else is under way. */
  async #command<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted();
    this.#assertOpen();
    if (this.#stopped) throw stopped('the robot is stopped');
    return this.#exclusively(work);
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy !== undefined) {
      return Promise.reject(
        new RobotError('BUSY', 'the robot is still carrying out another command', 'await each motion before the next'),
      );
    }
    // Taken before the work begins: its very first tick already calls listeners, which may call back.
    let release = () => {};
    this.#busy = new Promise((resolve) => {
      release = resolve;
    });
    return work().finally(() => {
      this.#busy = undefined;
      release();
    });
  }

  #armIndex(arm: ArmSide): number {
    const index = this.#world.arms.findIndex(({ side }) => side === arm);
    if (index < 0) throw invalid(`this robot has no ${arm} arm`);
    return index;
  }

  #assertOpen(): void {
    if (this.#closed)
      throw new RobotError('DISCONNECTED', 'the simulated robot was closed; it is still', 'open a session again');
    if (this.#diverged !== undefined)
      throw new RobotError('PHYSICS_DIVERGED', this.#diverged.message, this.#diverged.hint);
  }
}
