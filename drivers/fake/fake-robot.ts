// Owns a robot that exists only in memory: the double of the Robot port for tests and demonstrations. It moves exactly as
// planned, at once or when the test says so, fails exactly as the test says, and remembers every command it received.
// Must never be lenient: it keeps the contract of the port as strictly as a real driver has to.

import { STEP_S } from '../../sim/engine/physics.ts';
import { READY_POSE_RAD } from '../../sim/robots/panda/kinematics.ts';
import { FRANKA_HAND_LIMITS, JOINT_COUNT } from '../../sim/robots/panda/limits.ts';
import { IDENTITY_POSE, NO_ROTATION, type Pose } from '../../sim/spatial.ts';
import type {
  ArmSide,
  GripperCommand,
  GripperResult,
  MotionResult,
  Plan,
  PlanRequest,
  Robot,
  RobotIdentity,
  RobotState,
  ServoCommand,
  ServoReason,
  ServoReport,
  StopReport,
} from '../robot.ts';
import { RobotError } from '../robot.ts';
import { FakeArm } from './fake-arm.ts';
import { type CourseEnd, FakeCourse, type FakeFault, type FakePace } from './fake-course.ts';
import { planFakeMotion } from './fake-plan.ts';
import { fakeServoReport, fakeServoTarget } from './fake-servo.ts';

export type { FakeFault, FakePace } from './fake-course.ts';

/** A command as it reached the robot, whether or not the robot then refused it. */
export type FakeCommand =
  | { readonly kind: 'execute'; readonly plan: Plan }
  | { readonly kind: 'servo'; readonly command: ServoCommand }
  | { readonly kind: 'gripper'; readonly command: GripperCommand }
  | { readonly kind: 'advance'; readonly seconds: number }
  | { readonly kind: 'rest' }
  | { readonly kind: 'stop'; readonly reason: string }
  | { readonly kind: 'clear-stop' };

/**
 * How stops are answered. 'confirmed': at rest. 'unconfirmed': told, but rest was not measured. 'silent': not before
 * `confirmStops`. 'error': the call fails, although the robot does stop.
 */
export type FakeStopAnswer = 'confirmed' | 'unconfirmed' | 'silent' | 'error';

export interface FakeRobotOptions {
  readonly id?: string;
  /** A fake that says 'real' serves to test what real arms are refused. */
  readonly kind?: RobotIdentity['kind'];
  readonly arms?: 1 | 2;
  /** Joints of every arm at the start, radians; Franka's ready pose unless given. */
  readonly startJointsRad?: readonly number[];
  readonly pace?: FakePace;
  /** Base of the right arm in the base frame of arm 0. */
  readonly arm0FromRightBase?: Pose;
  /** Told of every command at the very moment it arrives. */
  readonly onCommand?: (command: FakeCommand) => void;
}

/** Robot time that a gripper command and a stop take, seconds. */
const ACT_S = 0.1;
const AT_REST: StopReport = { sent: true, restConfirmed: true, stopDurationS: ACT_S };

export class FakeRobot implements Robot {
  readonly identity: RobotIdentity;
  readonly #arms: readonly FakeArm[];
  readonly #course: FakeCourse;
  readonly #onCommand: ((command: FakeCommand) => void) | undefined;
  readonly #log: FakeCommand[] = [];
  readonly #plans = new Map<Plan, 'unused' | 'used'>();
  readonly #silentStops = new Set<(report: StopReport) => void>();
  #planCount = 0;
  #timeS = 0;
  /** Steps of 2 ms that leases have seen of it. */
  #steps = 0;
  #latch: 'none' | 'stopping' | 'stopped' = 'none';
  #health: 'sound' | 'fault' | 'disconnected' = 'sound';
  #stopAnswer: FakeStopAnswer = 'confirmed';

  constructor(options: FakeRobotOptions = {}) {
    const { id = 'fake-panda', kind = 'simulated', arms = 1, startJointsRad = READY_POSE_RAD } = options;
    const rightBase = options.arm0FromRightBase ?? { position: [0, -0.6, 0], quatWxyz: NO_ROTATION };
    this.identity = { id, kind, model: 'panda', arms };
    const left = new FakeArm('left', IDENTITY_POSE, startJointsRad);
    this.#arms = arms === 1 ? [left] : [left, new FakeArm('right', rightBase, startJointsRad)];
    this.#course = new FakeCourse(options.pace ?? 'instant');
    this.#onCommand = options.onCommand;
  }

  /** Every command received, in order. */
  commands(): readonly FakeCommand[] {
    return [...this.#log];
  }

  /** Stepped pace: takes every command under way to this share of its way; 1, the default, is the end. */
  proceed(share = 1): void {
    this.#course.proceed(share);
  }

  /** Where an arm is now, radians, seven joints; `state` without the wait. */
  jointsRad(arm: ArmSide = 'left'): readonly number[] {
    return [...this.#arm(arm).jointsRad];
  }

  /** Robot time, seconds; `state` without the wait. */
  get timeS(): number {
    return this.#timeS;
  }

  /** True while a command is under way. */
  isBusy(): boolean {
    return this.#course.kinds().length > 0;
  }

  /** The next motion goes wrong like this; several queue up. */
  failNext(fault: FakeFault): void {
    this.#course.failNext(fault);
  }

  /** How stops are answered from now on. */
  answerStops(answer: FakeStopAnswer): void {
    this.#stopAnswer = answer;
  }

  /** Answers all silent stops: at rest. */
  confirmStops(): void {
    if (this.#latch === 'stopping') this.#latch = 'stopped';
    for (const resolve of this.#silentStops) resolve(AT_REST);
    this.#silentStops.clear();
  }

  /** Mends a broken connection. A stop stays latched. */
  reconnect(): void {
    if (this.#health === 'disconnected') this.#health = 'sound';
  }

  /** Puts something of this width, metres, between the pads of a gripper, or takes it away. */
  placeObject(widthM: number | null, arm: ArmSide = 'left'): void {
    const fake = this.#arm(arm);
    fake.letGo();
    fake.objectM = widthM;
  }

  async state(): Promise<RobotState> {
    this.#assertConnected();
    return { timeS: this.#timeS, arms: this.#arms.map((arm) => arm.measure()), mode: this.#mode() };
  }

  async plan(request: PlanRequest): Promise<Plan> {
    this.#assertConnected();
    for (const path of request.paths) this.#arm(path.arm);
    this.#planCount += 1;
    const plan = planFakeMotion(`${this.identity.id}-plan-${this.#planCount}`, request);
    this.#plans.set(plan, 'unused');
    return plan;
  }

  async execute(plan: Plan, signal?: AbortSignal): Promise<MotionResult> {
    this.#receive({ kind: 'execute', plan });
    signal?.throwIfAborted();
    this.#assertMayMove();
    this.#assertFree();
    this.#endLeases(this.#arms);
    this.#assertRunnable(plan);
    this.#plans.set(plan, 'used');
    return this.#course.start({
      kind: 'motion',
      moveTo: (share, further) => {
        this.#passTime(further * plan.durationS);
        const row = Math.round(share * (plan.sampleCount - 1)) * JOINT_COUNT;
        for (const { arm, jointPositionsRad } of plan.arms) {
          this.#arm(arm).motion.place(jointPositionsRad.subarray(row, row + JOINT_COUNT));
        }
      },
      answer: (end, share) => this.#motionResult(plan, end, share),
    });
  }

  async servo(command: ServoCommand, signal?: AbortSignal): Promise<ServoReport> {
    this.#receive({ kind: 'servo', command });
    signal?.throwIfAborted();
    this.#assertMayMove();
    this.#assertFree();
    const arm = this.#arm(command.arm);
    const target = fakeServoTarget(command);
    const expired = arm.motion.lease === 'expired' ? 'expired' : undefined;
    arm.motion.pursue(target);
    const giveUp = () => this.#course.endAll('stopped');
    signal?.addEventListener('abort', giveUp, { once: true });
    return this.#course
      .start({
        kind: 'servo',
        moveTo: (_, further) => this.#passTime(further * command.periodS),
        answer: (end) => {
          // Whatever ends it early, a broken connection too: the arm brakes by itself.
          if (end !== 'done') this.#endLeases(this.#arms);
          const ended = this.#servoEnd(arm, end);
          return fakeServoReport(arm, command.jointsRad, ended ?? expired);
        },
      })
      .finally(() => signal?.removeEventListener('abort', giveUp));
  }

  async rest(signal?: AbortSignal): Promise<void> {
    this.#receive({ kind: 'rest' });
    signal?.throwIfAborted();
    this.#assertFree();
    this.#endLeases(this.#arms);
  }

  async moveGripper(command: GripperCommand, signal?: AbortSignal): Promise<GripperResult> {
    this.#receive({ kind: 'gripper', command });
    signal?.throwIfAborted();
    this.#assertMayMove();
    const { maxWidthM, maxForceN } = FRANKA_HAND_LIMITS;
    if (!(command.widthM >= 0 && command.widthM <= maxWidthM && command.forceN > 0 && command.forceN <= maxForceN)) {
      const message = `The gripper cannot go to ${command.widthM} m with ${command.forceN} N; it did not move.`;
      throw new RobotError('LIMIT', message, `Stay within 0 to ${maxWidthM} m and ${maxForceN} N.`);
    }
    const arm = this.#arm(command.arm);
    this.#endLeases([arm]);
    const fromM = arm.widthM;
    const toM = arm.gripEndM(command);
    arm.holding = false;
    return this.#course.start({
      kind: 'gripper',
      moveTo: (share, further) => {
        this.#passTime(further * ACT_S);
        arm.widthM = fromM + (toM - fromM) * share;
      },
      answer: (end) => {
        if (end !== 'done') throw stopped('The gripper was stopped on its way');
        arm.holding = toM > command.widthM;
        return { widthM: arm.widthM, holding: arm.holding };
      },
    });
  }

  async advance(seconds: number, signal?: AbortSignal): Promise<void> {
    this.#receive({ kind: 'advance', seconds });
    signal?.throwIfAborted();
    this.#assertMayMove();
    this.#assertFree();
    if (!(seconds >= 0 && Number.isFinite(seconds))) {
      throw new RobotError('INVALID_PLAN', `The robot cannot wait ${seconds} s; it is still.`, 'Ask for 0 s or more.');
    }
    return this.#course.start({
      kind: 'wait',
      moveTo: (_, further) => {
        this.#passTime(further * seconds);
      },
      answer: (end) => {
        if (end !== 'done') throw stopped('The wait was cut short');
      },
    });
  }

  async stop(reason: string): Promise<StopReport> {
    const command: FakeCommand = { kind: 'stop', reason };
    this.#log.push(command);
    this.#onCommand?.(command);
    if (this.#health === 'disconnected') return { sent: false, restConfirmed: false, stopDurationS: null };
    this.#latch = this.#stopAnswer === 'confirmed' ? 'stopped' : 'stopping';
    this.#course.endAll('stopped');
    this.#endLeases(this.#arms);
    this.#passTime(ACT_S);
    switch (this.#stopAnswer) {
      case 'confirmed':
        return AT_REST;
      case 'unconfirmed':
        return { sent: true, restConfirmed: false, stopDurationS: null };
      case 'silent':
        return new Promise((resolve) => this.#silentStops.add(resolve));
      case 'error':
        throw new RobotError('FAULT', 'The robot did not confirm the stop; the arm may move.', 'Use the red button.');
    }
  }

  async clearStop(): Promise<void> {
    this.#receive({ kind: 'clear-stop' });
    this.#latch = 'none';
    this.#health = 'sound';
  }

  async close(): Promise<void> {
    this.#health = 'disconnected';
    this.#course.endAll('disconnect');
  }

  /** Lets robot time pass; what a lease moves goes on meanwhile. */
  #passTime(seconds: number): void {
    this.#timeS += seconds;
    for (const until = Math.round(this.#timeS / STEP_S); this.#steps < until; this.#steps++) {
      for (const { motion } of this.#arms) motion.step();
    }
  }

  /** Brings these arms to rest where a lease moves them; the time it takes passes. */
  #endLeases(arms: readonly FakeArm[]): void {
    for (const { motion } of arms) if (motion.lease !== 'none') motion.brake();
    while (arms.some(({ motion }) => motion.moving)) this.#passTime(STEP_S);
  }

  /** What a servo command says of an end that is not the end of its period. */
  #servoEnd(arm: FakeArm, end: CourseEnd): ServoReason | undefined {
    if (end === 'done' || end === 'not-reached') return undefined;
    if (end === 'disconnect') {
      this.#health = 'disconnected';
      throw new RobotError('DISCONNECTED', 'The connection broke in mid-motion; the arm may move.', 'Look at the arm.');
    }
    if (end === 'fault') {
      this.#health = 'fault';
      throw new RobotError('FAULT', 'The robot has a fault; the arm is at rest.', 'Stop it and clear the stop.');
    }
    if (end === 'object-lost') {
      arm.letGo();
      return 'object-lost';
    }
    if (end === 'stops-itself') this.#latch = 'stopped';
    return 'stopped';
  }

  #receive(command: FakeCommand): void {
    this.#log.push(command);
    this.#onCommand?.(command);
    this.#assertConnected();
  }

  #assertConnected(): void {
    if (this.#health !== 'disconnected') return;
    throw new RobotError('DISCONNECTED', 'The robot does not answer; the arm may move.', 'Look at it, then reconnect.');
  }

  #assertMayMove(): void {
    if (this.#latch !== 'none') throw stopped('The robot is stopped');
    if (this.#health !== 'fault') return;
    throw new RobotError('FAULT', 'The robot has a fault; the arm is at rest.', 'Stop it and clear the stop.');
  }

  #assertFree(): void {
    if (this.#course.kinds().every((kind) => kind === 'gripper')) return;
    throw new RobotError('BUSY', 'Another command is under way; this one was not begun.', 'Await it first.');
  }

  #assertRunnable(plan: Plan): void {
    const standing = this.#plans.get(plan);
    if (standing !== 'unused') {
      const what = standing === 'used' ? 'This plan has been run before' : 'This robot did not make this plan';
      throw new RobotError('UNKNOWN_PLAN', `${what}; the arm is still.`, 'Plan again.');
    }
    for (const { arm, jointPositionsRad } of plan.arms) {
      const off = this.#arm(arm).jointsRad.findIndex((rad, joint) => Math.abs(rad - jointPositionsRad[joint]) > 0.02);
      if (off < 0) continue;
      const message = `Joint ${off + 1} of the ${arm} arm is not where the plan begins; the arm is still.`;
      throw new RobotError('START_MISMATCH', message, 'Plan again from the measured joints.');
    }
  }

  #motionResult(plan: Plan, end: CourseEnd, share: number): MotionResult {
    if (end === 'disconnect') {
      this.#health = 'disconnected';
      throw new RobotError('DISCONNECTED', 'The connection broke in mid-motion; the arm may move.', 'Look at the arm.');
    }
    if (end === 'fault') this.#health = 'fault';
    if (end === 'stops-itself') this.#latch = 'stopped';
    if (end === 'object-lost') for (const { arm } of plan.arms) this.#arm(arm).letGo();
    const reached = end === 'done';
    const errorNow = reached ? 0 : 0.05; // any figure that says "not there"
    return {
      reached,
      positionErrorM: errorNow,
      rotationErrorRad: errorNow,
      durationS: share * plan.durationS,
      reason: reached ? 'reached' : end === 'stops-itself' ? 'stopped' : end,
    };
  }

  #arm(side: ArmSide): FakeArm {
    const arm = this.#arms.find((candidate) => candidate.side === side);
    if (arm === undefined) throw new RobotError('INVALID_PLAN', `There is no ${side} arm.`, 'Name an arm that exists.');
    return arm;
  }

  #mode(): RobotState['mode'] {
    if (this.#health === 'fault') return 'fault';
    if (this.#latch !== 'none') return this.#latch;
    const isMoving = this.#course.kinds().length > 0 || this.#arms.some(({ motion }) => motion.moving);
    return isMoving ? 'moving' : 'idle';
  }
}

function stopped(what: string): RobotError {
  return new RobotError('STOPPED', `${what}; the arm is at rest.`, 'Reset the stop, then approve anew.');
}
