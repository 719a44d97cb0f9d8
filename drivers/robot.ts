// Owns the Robot port: what every robot, simulated or real, can be asked, and what it must answer. Types and the error
// of the port only. Must never import a driver, and nothing but drivers/gate may call `execute`, `servo`,
// `moveGripper`, `advance` or `rest` of a robot.
//
// Frames and units: metres, radians, newtons, seconds; poses in the base frame of arm 0; quaternions wxyz.

import type { Pose, Vec3 } from '../sim/spatial.ts';

/** Which arm: arm 0 is 'left'. A robot with one arm has only 'left', and it is the default everywhere. */
export type ArmSide = 'left' | 'right';

export interface RobotIdentity {
  /** Stable name of this robot, as "simulated-panda" or the bridge's serial. */
  readonly id: string;
  readonly kind: 'simulated' | 'real';
  readonly model: 'panda' | 'fr3';
  readonly arms: 1 | 2;
}

/** One arm as measured. */
export interface ArmState {
  /** Length 7, radians. */
  readonly jointPositionsRad: readonly number[];
  /** Length 7, rad/s. */
  readonly jointVelocitiesRadPerS: readonly number[];
  /** Length 7, the joint targets last commanded, radians. */
  readonly commandedPositionsRad: readonly number[];
  /** Length 7, Nm; estimated external torques where the robot knows them, else zeros. */
  readonly externalTorquesNm: readonly number[];
  /** Fingertip pose in the base frame of arm 0. */
  readonly tool: Pose;
  /** Opening between the finger pads, metres, 0..0.08. */
  readonly gripperWidthM: number;
  /** True while the gripper reports that something stands between the pads. */
  readonly holding: boolean;
}

export interface RobotState {
  /** Robot time in seconds since the driver started. */
  readonly timeS: number;
  /** One entry per arm: left, then right. */
  readonly arms: readonly ArmState[];
  readonly mode: 'idle' | 'moving' | 'stopping' | 'stopped' | 'fault';
}

/**
 * A joint path of one arm: way points with their kind of passage. `points` is row-major, count x 7, radians, and its
 * first row is the start. 'stops' come to rest at every point (straight joint lines between them); 'smooth' passes
 * through the points on a cubic spline and rests only at both ends.
 */
export interface JointPath {
  readonly arm: ArmSide;
  readonly kind: 'stops' | 'smooth';
  readonly points: Float64Array;
}

export interface PlanRequest {
  /** One path, or one per arm; several are synchronised in time. */
  readonly paths: readonly JointPath[];
  /** Share of the robot's motion limits to use, in (0, 1]. */
  readonly speedScale: number;
  /** Ceiling of the fingertip's speed, m/s. */
  readonly toolSpeedMPerS: number;
}

/** The very samples that `execute` will run for one arm. */
export interface ArmTrajectory {
  readonly arm: ArmSide;
  /** Row-major, sampleCount x 7, radians; row 0 is the start, the last row is at rest. */
  readonly jointPositionsRad: Float64Array;
}

export interface Plan {
  readonly id: string;
  /** Seconds between two samples. */
  readonly periodS: number;
  readonly sampleCount: number;
  readonly durationS: number;
  readonly arms: readonly ArmTrajectory[];
}

export type MotionReason = 'reached' | 'stopped' | 'not-reached' | 'object-lost' | 'fault';

/** How a motion really ended. */
export interface MotionResult {
  readonly reached: boolean;
  /** Distance between commanded and measured fingertip at the end, metres; the larger of both arms. */
  readonly positionErrorM: number;
  readonly rotationErrorRad: number;
  /** Robot time the motion took, seconds. */
  readonly durationS: number;
  readonly reason: MotionReason;
}

/** One turn of a closed loop: where to make for now, and for how long that is good. */
export interface ServoCommand {
  readonly arm: ArmSide;
  /** Joint angles to make for, radians, length 7. */
  readonly jointsRad: readonly number[];
  /** Share of the robot's motion limits to use, in (0, 1]. */
  readonly speedScale: number;
  /** Ceiling of the fingertip's speed, m/s. */
  readonly toolSpeedMPerS: number;
  /** Robot time to let pass before the call returns, seconds, within SERVO_LIMITS_S. */
  readonly periodS: number;
  /**
   * The target is good for this long after the call was made, seconds: at least `periodS`. Unless it is renewed by then
   * the arm brakes to rest by itself.
   */
  readonly leaseS: number;
}

/** Bounds of a servo command, seconds: one tick of the trace; half a second blind; two seconds without a program. */
export const SERVO_LIMITS_S = { leastPeriod: 0.01, mostPeriod: 0.5, mostLease: 2 } as const;

/**
 * 'tracking': on its way. 'arrived': at rest at the target. 'stopped': by a stop or the signal. 'object-lost': the hand
 * lost what it held, and the arm came to rest. 'expired': the lease before this one had run out; the arm had come to
 * rest by itself, and now makes for the target again.
 */
export type ServoReason = 'tracking' | 'arrived' | 'stopped' | 'object-lost' | 'expired';

/** What one turn of a closed loop saw at its end. */
export interface ServoReport {
  /** The arm that was commanded, as measured at the end. */
  readonly state: ArmState;
  /** Distance between the measured and the commanded fingertip, metres. */
  readonly positionErrorM: number;
  readonly rotationErrorRad: number;
  readonly reason: ServoReason;
}

export interface GripperCommand {
  readonly arm: ArmSide;
  /** Opening to go to, metres, 0..0.08. A grasp is a command to 0 that ends on contact. */
  readonly widthM: number;
  /** Force limit of the fingers, newtons. */
  readonly forceN: number;
}

export interface GripperResult {
  readonly widthM: number;
  /** True when something is held between the pads. */
  readonly holding: boolean;
}

/** What a stop really did. */
export interface StopReport {
  /** True when a stop command went out to the robot (false: nothing was connected to send it to). */
  readonly sent: boolean;
  /** True when the robot was measured at rest afterwards; false means "not confirmed", never "moving". */
  readonly restConfirmed: boolean;
  /** Seconds of robot time from the command to measured rest; null when rest was not confirmed. */
  readonly stopDurationS: number | null;
}

/** Anything with a shape that a motion must not touch: an axis-aligned box in the base frame of arm 0. */
export interface Box {
  readonly name: string;
  readonly min: Vec3;
  readonly max: Vec3;
}

export type RobotErrorCode =
  | 'DISCONNECTED'
  | 'BUSY'
  | 'STOPPED'
  | 'INVALID_PLAN'
  | 'UNKNOWN_PLAN'
  | 'START_MISMATCH'
  | 'LIMIT'
  | 'PHYSICS_DIVERGED'
  | 'FAULT';

/** A failure of the robot or of its connection. The message says what happened and whether the arm is still. */
export class RobotError extends Error {
  override readonly name = 'RobotError';
  readonly code: RobotErrorCode;
  readonly hint: string;

  constructor(code: RobotErrorCode, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/**
 * A robot behind one door. Contract (tested by test/contract/robot-contract.ts against every implementation):
 * - `plan` moves nothing, checks the robot's own limits, and returns the samples that `execute` will run;
 * - `execute` runs exactly those samples, refuses a plan it did not make, a plan used before, and a start more than
 *   0.02 rad from the measured joints, and always resolves to one result that says what really happened;
 * - `servo` turns the arm, in whatever motion it is, towards a target, lets one period pass and says how far it came; the
 *   motion goes on without a rest from one call to the next, inside the robot's limits, and ends by itself when the
 *   lease runs out;
 * - `execute` and `moveGripper` first bring the arms they move to rest where a lease is still alive; `advance` lets the
 *   time of a lease pass like any other; `rest` ends every lease and returns when all arms are at rest, without a latch;
 * - `stop` may be called at any time and any number of times, never waits for a running motion to finish by itself,
 *   brings the arms to rest inside their limits, voids every lease, and latches: until `clearStop` every motion is refused;
 * - `clearStop` moves nothing.
 */
export interface Robot {
  readonly identity: RobotIdentity;
  /** The newest measured state. */
  state(): Promise<RobotState>;
  plan(request: PlanRequest, signal?: AbortSignal): Promise<Plan>;
  execute(plan: Plan, signal?: AbortSignal): Promise<MotionResult>;
  servo(command: ServoCommand, signal?: AbortSignal): Promise<ServoReport>;
  moveGripper(command: GripperCommand, signal?: AbortSignal): Promise<GripperResult>;
  /** Lets robot time pass. Nothing begins to move; what a lease still moves goes on until the lease runs out. */
  advance(seconds: number, signal?: AbortSignal): Promise<void>;
  /** Ends every lease: the arms brake inside their limits. Resolves at rest, at once where nothing moves. */
  rest(signal?: AbortSignal): Promise<void>;
  stop(reason: string): Promise<StopReport>;
  clearStop(): Promise<void>;
  close(): Promise<void>;
}
