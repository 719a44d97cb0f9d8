// Owns what the high-level functions do on a robot: every motion and grip goes through the permit of the gate. Must
// never hold a robot, only ports: the same code serves the live cell, the preview's twin and a benchmark trial.

import { GateRefusal } from '../../drivers/gate/refusal.ts';
import {
  type ArmSide,
  type GripperCommand,
  type GripperResult,
  type MotionResult,
  type Plan,
  type Robot,
  RobotError,
} from '../../drivers/robot.ts';
import type { GroundTruth, MotionPlanner, MoveGoal, TrueObject } from '../../drivers/scene-ports.ts';
import { PlanningFailure } from '../../sim/control/motion-planner.ts';
import { distance, type Pose } from '../../sim/spatial.ts';
import { PolicyError, type Stage } from './errors.ts';
import { proposeGrasps } from './grasp-proposals.ts';
import type { ApiCall, HighLevelImplementation } from './implementation.ts';

/** The part of a gate's permit that the API needs. */
export interface MotionPermit {
  execute(plan: Plan, signal?: AbortSignal): Promise<MotionResult>;
  moveGripper(command: GripperCommand, signal?: AbortSignal): Promise<GripperResult>;
  advance(seconds: number, signal?: AbortSignal): Promise<void>;
}

export interface HighLevelPorts {
  readonly permit: MotionPermit;
  /** Asked for its state and for plans only; only the gate may move it. */
  readonly robot: Pick<Robot, 'state' | 'plan'>;
  readonly planner: MotionPlanner;
  readonly truth: GroundTruth;
  readonly homeJointsRad: readonly number[];
  /** Ceiling of the fingertip's speed that plans are made for, m/s. */
  readonly toolSpeedMPerS: number;
  /** Share of the robot's limits that speedScale 1 stands for, in (0, 1]: the operator's speed. */
  readonly speedShare: number;
  readonly say: (text: string) => void;
}

/** Force of a grasp unless the program asks for another, newtons: holds 1 kg with rubber pads. */
const DEFAULT_GRASP_FORCE_N = 30;
const FULL_WIDTH_M = 0.08;
/** After letting go, things get this long to fall, seconds. */
const SETTLE_AFTER_RELEASE_S = 0.3;
/** An object that sank this much after it was let go has fallen, metres. */
const DROP_M = 0.02;
/** An object this close to the fingertip is the one in the grip, metres. */
const IN_GRIP_M = 0.06;

/** Binds the functions to one permit: make a new one for every block. */
export function highLevelImplementation(ports: HighLevelPorts): HighLevelImplementation {
  const { permit, robot, planner, truth } = ports;

  async function find(name: string): Promise<TrueObject> {
    const objects = await truth.objects();
    const wanted = name.trim().toLowerCase();
    const found = objects.find((object) => object.name === wanted);
    if (found !== undefined) return found;
    throw new PolicyError({
      code: 'UNKNOWN_OBJECT',
      stage: 'perception',
      message: `There is no object named "${name}" in the scene. The arm is still.`,
      hint: `The objects are: ${objects
        .filter((object) => object.kind !== 'fixture')
        .map((object) => `"${object.name}"`)
        .join(', ')}.`,
    });
  }

  async function move(arm: ArmSide, goal: MoveGoal, speedScale: number, { signal }: ApiCall): Promise<MotionResult> {
    return translated(async () => {
      const paths = await planner.planMove(arm, goal);
      let total: MotionResult | undefined;
      for (const path of paths) {
        const plan = await robot.plan({
          paths: [path],
          speedScale: speedScale * ports.speedShare,
          toolSpeedMPerS: ports.toolSpeedMPerS,
        });
        const result = await permit.execute(plan, signal);
        total = { ...result, durationS: (total?.durationS ?? 0) + result.durationS };
        if (!result.reached) throw motionError(result);
      }
      return total as MotionResult;
    });
  }

  async function heldObject(arm: ArmSide): Promise<TrueObject | undefined> {
    const state = (await robot.state()).arms[arm === 'left' ? 0 : 1];
    if (!state.holding) return undefined;
    let nearest: TrueObject | undefined;
    for (const object of await truth.objects()) {
      if (object.kind !== 'prop') continue;
      const away = distance(object.pose.position, state.tool.position);
      const best = nearest === undefined ? IN_GRIP_M : distance(nearest.pose.position, state.tool.position);
      if (away < best) nearest = object;
    }
    return nearest;
  }

  return {
    getObjectPose: async ({ name }) => {
      const { pose, extent } = await find(name);
      return { position: pose.position, quatWxyz: pose.quatWxyz, extent };
    },

    sampleGraspPose: async ({ name, options }) => {
      const arm = options?.arm ?? 'left';
      const object = await find(name);
      const { tool } = (await robot.state()).arms[arm === 'left' ? 0 : 1];
      const proposals = proposeGrasps(object, tool.quatWxyz, FULL_WIDTH_M);
      for (const proposal of proposals) {
        const pose: Pose = { position: proposal.position, quatWxyz: proposal.quatWxyz };
        if (await planner.isFree(arm, pose)) return { ...proposal };
      }
      throw new PolicyError({
        code: 'NO_GRASP',
        stage: 'grasp',
        message:
          proposals.length === 0
            ? `"${object.name}" is too wide for the hand, which opens ${FULL_WIDTH_M} m. The arm is still.`
            : `Every grasp of "${object.name}" from above is blocked or out of reach. The arm is still.`,
        hint: 'Move what stands beside it out of the way first, or grasp it elsewhere with gotoPose.',
      });
    },

    gotoPose: ({ position, quatWxyz, options }, call) =>
      move(
        options?.arm ?? 'left',
        { kind: 'tool', pose: { position, quatWxyz }, approachM: options?.zApproach ?? 0 },
        options?.speedScale ?? 1,
        call,
      ),

    homePose: ({ options }, call) =>
      move(options?.arm ?? 'left', { kind: 'joints', jointsRad: ports.homeJointsRad }, 1, call),

    openGripper: async ({ options }, { signal }) => {
      const arm = options?.arm ?? 'left';
      const held = await heldObject(arm);
      return translated(async () => {
        const widthM = options?.widthM ?? FULL_WIDTH_M;
        const result = await permit.moveGripper({ arm, widthM, forceN: DEFAULT_GRASP_FORCE_N }, signal);
        if (held === undefined || result.holding) return result;
        await permit.advance(SETTLE_AFTER_RELEASE_S, signal);
        const after = (await truth.objects()).find((object) => object.name === held.name);
        const fell = after === undefined ? 0 : held.pose.position[2] - after.pose.position[2];
        if (fell > DROP_M) {
          throw new PolicyError({
            code: 'DROPPED',
            stage: 'placement',
            message: `"${held.name}" fell ${(fell * 100).toFixed(0)} cm when the gripper opened. The arm is still, the gripper is open.`,
            hint: 'Before opening, lower the object until it stands: its centre at the top of the support plus half of its own height.',
          });
        }
        return result;
      });
    },

    closeGripper: ({ options }, { signal }) =>
      translated(() =>
        permit.moveGripper(
          { arm: options?.arm ?? 'left', widthM: 0, forceN: options?.forceN ?? DEFAULT_GRASP_FORCE_N },
          signal,
        ),
      ),

    say: async ({ text }) => ports.say(text),

    sleep: ({ seconds }, { signal }) => translated(() => permit.advance(seconds, signal)),
  };
}

function motionError(result: MotionResult): PolicyError {
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
async function translated<T>(work: () => Promise<T>): Promise<T> {
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
  return new PolicyError({ code, stage, message: error.message, hint: error.hint }, { cause: error });
}
