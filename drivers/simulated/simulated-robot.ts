// Owns the simulated arm behind the Robot port: plans, runs samples, grips, stops, all inside one task world. Must
// never move by itself: time passes only inside a command.

import { timePaths } from '../../sim/control/trajectory.ts';
import { STEP_S } from '../../sim/engine/physics.ts';
import { PhysicsError } from '../../sim/engine/physics-error.ts';
import { readJoints } from '../../sim/robots/panda/arm-handles.ts';
import { toolPose } from '../../sim/robots/panda/kinematics.ts';
import { FRANKA_HAND_LIMITS, JOINT_COUNT, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
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
  type StopReport,
} from '../robot.ts';
import type { Pacer } from './pacer.ts';

/** Shares of the published limits at speedScale 1: brisk for a simulated arm, gentle on what it holds. */
const SPEED_SHARE = 0.8;
const ACCELERATION_SHARE = 0.4;
const JERK_SHARE = 0.1;
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
const REST_RAD_PER_S = 0.02;
const GRIPPER_LIMIT_S = 3;
const STOP_LIMIT_S = 2;

export class SimulatedRobot implements Robot {
  readonly identity: RobotIdentity;
  readonly #world: TaskWorld;
  readonly #pace: Pacer;
  readonly #plans = new Map<string, Plan>();
  #planCount = 0;
  #busy: Promise<unknown> | undefined;
  #stopped = false;
  #stopping: Promise<StopReport> | undefined;
  #closed = false;
  #diverged: PhysicsError | undefined;

  constructor(world: TaskWorld, pace: Pacer) {
    this.#world = world;
    this.#pace = pace;
    this.identity = {
      id: 'simulated-panda',
      kind: 'simulated',
      model: 'panda',
      arms: world.arms.length === 2 ? 2 : 1,
    };
  }

  async state(): Promise<RobotState> {
    const world = this.#world;
    const { qvel } = world.physics.views;
    const arms = world.arms.map((handles, index): ArmState => {
      const hand = world.hands[index];
      return {
        jointPositionsRad: Array.from(readJoints(world.physics, handles)),
        jointVelocitiesRadPerS: Array.from(qvel.subarray(handles.qvel, handles.qvel + JOINT_COUNT)),
        commandedPositionsRad: Array.from(world.servos[index].referenceRad),
        externalTorquesNm: Array.from({ length: JOINT_COUNT }, () => 0),
        tool: world.tool(index),
        gripperWidthM: hand.widthM,
        holding: hand.holding,
      };
    });
    const moving = world.servos.some((servo) => servo.moving);
    const mode =
      this.#diverged !== undefined
        ? 'fault'
        : this.#stopped
          ? moving
            ? 'stopping'
            : 'stopped'
          : moving
            ? 'moving'
            : 'idle';
    return { timeS: world.timeS, arms, mode };
  }

  async plan(request: PlanRequest): Promise<Plan> {
    this.#assertOpen();
    const { paths, speedScale, toolSpeedMPerS } = request;
    for (const path of paths) {
      this.#armIndex(path.arm);
      const { points } = path;
      if (points.length < JOINT_COUNT || points.length % JOINT_COUNT !== 0) {
        throw invalid(`a joint path holds rows of ${JOINT_COUNT} angles, not ${points.length} numbers`);
      }
      for (let i = 0; i < points.length; i++) {
        const j = i % JOINT_COUNT;
        if (!(points[i] >= PANDA_JOINT_LIMITS.minRad[j] && points[i] <= PANDA_JOINT_LIMITS.maxRad[j])) {
          throw invalid(
            `joint ${j + 1} at ${points[i]} rad is outside ${PANDA_JOINT_LIMITS.minRad[j]}..${PANDA_JOINT_LIMITS.maxRad[j]} rad`,
          );
        }
      }
    }
    if (!(speedScale > 0 && speedScale <= 1)) throw invalid(`speedScale ${speedScale} is outside (0, 1]`);
    if (!(toolSpeedMPerS > 0)) throw invalid(`the fingertip speed ${toolSpeedMPerS} m/s is not positive`);
    const trajectory = timePaths(
      paths,
      {
        joints: PANDA_JOINT_LIMITS,
        speedShare: SPEED_SHARE * speedScale,
        accelerationShare: ACCELERATION_SHARE * speedScale,
        jerkShare: JERK_SHARE * speedScale,
        toolSpeedMPerS,
      },
      STEP_S,
    );
    this.#planCount += 1;
    const plan: Plan = {
      id: `plan-${this.#planCount}`,
      periodS: trajectory.periodS,
      sampleCount: trajectory.sampleCount,
      durationS: trajectory.durationS,
      arms: paths.map((path, index) => ({ arm: path.arm, jointPositionsRad: trajectory.samples[index] })),
    };
    this.#plans.set(plan.id, plan);
    return plan;
  }

  execute(plan: Plan, signal?: AbortSignal): Promise<MotionResult> {
    return this.#exclusively(() => this.#run(plan, signal));
  }

  moveGripper(command: GripperCommand, signal?: AbortSignal): Promise<GripperResult> {
    return this.#exclusively(async () => {
      this.#assertMayMove();
      const { widthM, forceN } = command;
      if (!(widthM >= 0 && widthM <= FRANKA_HAND_LIMITS.maxWidthM)) {
        throw invalid(`an opening of ${widthM} m is outside 0..${FRANKA_HAND_LIMITS.maxWidthM} m`);
      }
      if (!(forceN > 0 && forceN <= FRANKA_HAND_LIMITS.maxForceN)) {
        throw invalid(`a force of ${forceN} N is outside 0..${FRANKA_HAND_LIMITS.maxForceN} N`);
      }
      const hand = this.#world.hands[this.#armIndex(command.arm)];
      hand.move(widthM, forceN);
      const end = this.#world.timeS + GRIPPER_LIMIT_S;
      while (!hand.settled && this.#world.timeS < end && !this.#stopped && !signal?.aborted) await this.#tick();
      hand.conclude();
      if (this.#stopped || signal?.aborted) {
        hand.freeze();
        throw stopped('the gripper was stopped');
      }
      return { widthM: hand.widthM, holding: hand.holding };
    });
  }

  advance(seconds: number, signal?: AbortSignal): Promise<void> {
    return this.#exclusively(async () => {
      this.#assertMayMove();
      const end = this.#world.timeS + seconds - TICK_S / 2;
      while (this.#world.timeS < end) {
        await this.#tick();
        if (this.#stopped || signal?.aborted) throw stopped('waiting was stopped');
      }
    });
  }

  async stop(_reason: string): Promise<StopReport> {
    this.#stopped = true;
    if (this.#closed || this.#diverged !== undefined) return { sent: false, restConfirmed: false, stopDurationS: null };
    for (const servo of this.#world.servos) servo.brake();
    for (const hand of this.#world.hands) hand.freeze();
    // A stop during a stop learns how the first one ended.
    this.#stopping ??= this.#comeToRest().finally(() => {
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  async #comeToRest(): Promise<StopReport> {
    const start = this.#world.timeS;
    // A running command sees the latch, brakes and ends; without one the world is ticked here.
    await this.#busy?.catch(() => undefined);
    try {
      return await this.#exclusively(async () => {
        while (!this.#atRest() && this.#world.timeS < start + STOP_LIMIT_S) await this.#tick();
        const restConfirmed = this.#atRest();
        return { sent: true, restConfirmed, stopDurationS: restConfirmed ? this.#world.timeS - start : null };
      });
    } catch {
      return { sent: true, restConfirmed: false, stopDurationS: null };
    }
  }

  async clearStop(): Promise<void> {
    this.#stopped = false;
  }

  async close(): Promise<void> {
    this.#stopped = true;
    await this.#busy?.catch(() => undefined);
    this.#closed = true;
  }

  async #run(plan: Plan, signal?: AbortSignal): Promise<MotionResult> {
    this.#assertMayMove();
    if (this.#plans.get(plan.id) !== plan) {
      throw new RobotError(
        'UNKNOWN_PLAN',
        `the plan ${plan.id} was not made here, was changed or has run before; the arm is still`,
        'plan the motion again',
      );
    }
    this.#plans.delete(plan.id);
    const world = this.#world;
    const indices = plan.arms.map(({ arm }) => this.#armIndex(arm));
    plan.arms.forEach(({ jointPositionsRad }, k) => {
      const measured = readJoints(world.physics, world.arms[indices[k]]);
      for (let j = 0; j < JOINT_COUNT; j++) {
        const off = Math.abs(measured[j] - jointPositionsRad[j]);
        if (off > START_TOLERANCE_RAD) {
          throw new RobotError(
            'START_MISMATCH',
            `the plan starts ${off.toFixed(3)} rad away from joint ${j + 1} of the ${plan.arms[k].arm} arm; the arm is still`,
            'plan again from where the arm is',
          );
        }
      }
    });
    const start = world.timeS;
    const heldAtStart = world.hands.map((hand) => hand.holding);
    let reason: MotionReason | undefined;
    plan.arms.forEach(({ jointPositionsRad }, k) => {
      world.servos[indices[k]].follow(jointPositionsRad);
    });
    while (world.servos.some((servo) => servo.moving)) {
      await this.#tick();
      reason ??= this.#interruption(indices, heldAtStart, signal);
      if (reason !== undefined) for (const servo of world.servos) servo.brake();
    }
    const arrival = world.timeS + ARRIVAL_LIMIT_S;
    while (!this.#arrived(indices) && world.timeS < arrival) await this.#tick();
    reason ??= this.#interruption(indices, heldAtStart, signal);

    let positionErrorM = 0;
    let rotationErrorRad = 0;
    plan.arms.forEach(({ jointPositionsRad }, k) => {
      const goal = compose(
        world.scene.arms[indices[k]].worldFromBase,
        toolPose(jointPositionsRad.subarray(jointPositionsRad.length - JOINT_COUNT)),
      );
      const tool = world.tool(indices[k]);
      positionErrorM = Math.max(positionErrorM, distance(goal.position, tool.position));
      rotationErrorRad = Math.max(rotationErrorRad, angleBetween(goal.quatWxyz, tool.quatWxyz));
    });
    const close = positionErrorM < REACHED_POSITION_M && rotationErrorRad < REACHED_ROTATION_RAD;
    reason ??= close ? 'reached' : 'not-reached';
    return { reached: reason === 'reached', positionErrorM, rotationErrorRad, durationS: world.timeS - start, reason };
  }

  #interruption(
    indices: readonly number[],
    heldAtStart: readonly boolean[],
    signal?: AbortSignal,
  ): MotionReason | undefined {
    if (this.#stopped || signal?.aborted) return 'stopped';
    for (const index of indices) {
      if (heldAtStart[index] && !this.#world.hands[index].holding) return 'object-lost';
      const measured = readJoints(this.#world.physics, this.#world.arms[index]);
      const reference = this.#world.servos[index].referenceRad;
      for (let j = 0; j < JOINT_COUNT; j++) {
        if (Math.abs(measured[j] - reference[j]) > BLOCKED_RAD) return 'not-reached';
      }
    }
    return undefined;
  }

  #arrived(indices: readonly number[]): boolean {
    if (!this.#atRest()) return false;
    return indices.every((index) => {
      const measured = readJoints(this.#world.physics, this.#world.arms[index]);
      const reference = this.#world.servos[index].referenceRad;
      return measured.every((angle, j) => Math.abs(angle - reference[j]) < ARRIVED_RAD);
    });
  }

  #atRest(): boolean {
    const { qvel } = this.#world.physics.views;
    return this.#world.arms.every((handles, index) => {
      if (this.#world.servos[index].moving) return false;
      for (let j = 0; j < JOINT_COUNT; j++) if (Math.abs(qvel[handles.qvel + j]) > REST_RAD_PER_S) return false;
      return true;
    });
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

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy !== undefined) {
      return Promise.reject(
        new RobotError('BUSY', 'the robot is still carrying out another command', 'await each motion before the next'),
      );
    }
    const running = work().finally(() => {
      this.#busy = undefined;
    });
    this.#busy = running;
    return running;
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

  #assertMayMove(): void {
    this.#assertOpen();
    if (this.#stopped) throw stopped('the robot is stopped');
  }
}

function invalid(message: string): RobotError {
  return new RobotError('INVALID_PLAN', `${message}; the arm is still`, 'plan a motion inside the limits');
}

function stopped(what: string): RobotError {
  return new RobotError(
    'STOPPED',
    `${what}; the arm is coming to rest or is still`,
    'reset the stop, then approve again',
  );
}
