// Owns how the API moves an arm: a goal becomes paths, paths become plans, plans go through the permit of the gate; what
// planner, gate and robot throw becomes the words of the API. Must never hold a robot, only ports: the same code serves
// the live cell, the preview's twin and a benchmark trial.

import { GateRefusal } from '../../drivers/gate/refusal.ts';
import {
  type ArmSide,
  type GripperCommand,
  type GripperResult,
  type JointPath,
  type MotionResult,
  type Plan,
  type Robot,
  RobotError,
  type ServoCommand,
  type ServoReport,
} from '../../drivers/robot.ts';
import type { MotionPlanner, MoveGoal } from '../../drivers/scene-ports.ts';
import { PlanningFailure } from '../../sim/control/planning-failure.ts';
import { PolicyError, type Stage, sentence } from './errors.ts';
import type { ApiCall } from './implementation.ts';

/** The part of a gate's permit that the API needs. */
export interface MotionPermit {
  execute(plan: Plan, signal?: AbortSignal): Promise<MotionResult>;
  servo(command: ServoCommand, signal?: AbortSignal): Promise<ServoReport>;
  /** Brings an arm that follows a servo target to rest. */
  rest(signal?: AbortSignal): Promise<void>;
  moveGripper(command: GripperCommand, signal?: AbortSignal): Promise<GripperResult>;
  advance(seconds: number, signal?: AbortSignal): Promise<void>;
}

export interface MotionPorts {
  readonly permit: MotionPermit;
  /** Asked for its state and for plans only; only the gate may move it. */
  readonly robot: Pick<Robot, 'state' | 'plan'>;
  readonly planner: MotionPlanner;
  /** Per arm: left, then right. Radians. */
  readonly homeJointsRad: readonly (readonly number[])[];
  /** Ceiling of the fingertip's speed that plans are made for, m/s. */
  readonly toolSpeedMPerS: number;
  /** Share of the robot's limits that speedScale 1 stands for, in (0, 1]: the operator's speed. */
  readonly speedShare: number;
}

/** Paths to run at the same time, one per arm that moves. */
export type Stretch = readonly JointPath[];

export function armIndex(arm: ArmSide): 0 | 1 {
  return arm === 'left' ? 0 : 1;
}

/** What to ask the robot for so that it runs paths at a share of the operator's speed. */
export function planOf(ports: MotionPorts, paths: Stretch, speedScale: number): Promise<Plan> {
  return ports.robot.plan({
    paths,
    speedScale: speedScale * ports.speedShare,
    toolSpeedMPerS: ports.toolSpeedMPerS,
  });
}

/**
 * Runs stretches one after the other.
 * @returns how the last one ended, with the time of all
 * @throws PolicyError NOT_REACHED, OBJECT_LOST or STOPPED where one did not reach its end
 */
export async function runStretches(
  ports: MotionPorts,
  stretches: readonly Stretch[],
  speedScale: number,
  { signal }: ApiCall,
): Promise<MotionResult> {
  let total: MotionResult | undefined;
  for (const paths of stretches) {
    const plan = await planOf(ports, paths, speedScale);
    const result = await ports.permit.execute(plan, signal);
    total = { ...result, durationS: (total?.durationS ?? 0) + result.durationS };
    if (!result.reached) throw motionError(result);
  }
  return total as MotionResult;
}

/** Plans and runs a motion of one arm. @throws PolicyError */
export function moveArm(
  ports: MotionPorts,
  arm: ArmSide,
  goal: MoveGoal,
  speedScale: number,
  call: ApiCall,
): Promise<MotionResult> {
  return translated(async () => {
    await ports.permit.rest(call.signal);
    const paths = await ports.planner.planMove(arm, goal);
    return runStretches(
      ports,
      paths.map((path) => [path]),
      speedScale,
      call,
    );
  });
}

/** Plans and runs a synchronised motion of both arms. @throws PolicyError */
export function moveArms(
  ports: MotionPorts,
  goals: { readonly left: MoveGoal; readonly right: MoveGoal },
  speedScale: number,
  call: ApiCall,
): Promise<MotionResult> {
  return translated(async () => {
    await ports.permit.rest(call.signal);
    return runStretches(ports, await ports.planner.planMoves(goals), speedScale, call);
  });
}

/** Why a motion that did not reach its target ended. */
export function motionError(result: MotionResult): PolicyError {
  const miss = `${(result.positionErrorM * 1000).toFixed(0)} mm and ${((result.rotationErrorRad * 180) / Math.PI).toFixed(0)} degrees from its target`;
  switch (result.reason) {
    case 'object-lost':
      return new PolicyError({
        code: 'OBJECT_LOST',
        stage: 'grasp',
        message: `The held object slipped out of the fingers on the way; the arm was stopped ${miss} and is still.`,
        hint: 'Find the object again and grasp it closer to its middle, or move more slowly with speedScale.',
        motion: result,
      });
    case 'stopped':
      return new PolicyError({
        code: 'STOPPED',
        stage: 'stopped',
        message: `The motion was stopped ${miss}; the arm is still.`,
        hint: 'Nothing to do in the program: the operator decides how to go on.',
        motion: result,
      });
    default:
      return new PolicyError({
        code: 'NOT_REACHED',
        stage: 'motion',
        message: `The arm ended ${miss} and is still.`,
        hint: 'Something stood in the way: look again before the next motion.',
        motion: result,
      });
  }
}

/** Runs a call and puts what planner, gate and robot throw into the words of the API. */
export async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PlanningFailure) {
      const code = error.code === 'UNREACHABLE' ? 'UNREACHABLE' : 'PATH_BLOCKED';
      throw policyError(code, 'planning', error);
    }
    if (error instanceof GateRefusal) {
      throw policyError(error.stage === 'limit' ? 'LIMIT_REFUSED' : error.code, error.stage, error);
    }
    if (error instanceof RobotError) {
      throw policyError(
        error.code,
        error.code === 'STOPPED' ? 'stopped' : error.code === 'PHYSICS_DIVERGED' ? 'crash' : 'motion',
        error,
      );
    }
    throw error;
  }
}

function policyError(code: string, stage: Stage, error: Error & { hint: string }): PolicyError {
  return new PolicyError(
    { code, stage, message: sentence(error.message), hint: sentence(error.hint) },
    { cause: error },
  );
}
