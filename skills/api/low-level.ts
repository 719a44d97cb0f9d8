// Owns what the low-level functions of tiers S3 and S4 do: looking through the cameras, inverse kinematics, plans that are
// made now and run later, feedback loops. Every motion goes through the permit of the gate. Must never know ground truth.

import type { ArmSide, ArmState, JointPath, MotionResult } from '../../drivers/robot.ts';
import type { MoveGoal } from '../../drivers/scene-ports.ts';
import { toolPose } from '../../sim/robots/panda/kinematics.ts';
import { toolForce, toolVelocity } from '../../sim/robots/panda/tool-jacobian.ts';
import {
  add,
  angleBetween,
  compose,
  distance,
  invert,
  lerp,
  norm,
  type Pose,
  type Quat,
  rotate,
  type Vec3,
} from '../../sim/spatial.ts';
import { PolicyError } from './errors.ts';
import { gripFunctions } from './grip.ts';
import { commonFunctions } from './high-level.ts';
import type { ApiCall, ArmChoice, HighLevelImplementation } from './implementation.ts';
import { SERVO_LEASE_S, SERVO_PERIOD_S } from './low-level-functions.ts';
import {
  armIndex,
  type MotionPorts,
  motionError,
  moveArm,
  moveArms,
  planOf,
  runStretches,
  translated,
} from './motions.ts';
import { type SeeingFunctions, seeingFunctions } from './seeing.ts';
import type { SeenScene } from './seen-scene.ts';

export interface LowLevelPorts extends MotionPorts {
  readonly scene: SeenScene;
  readonly say: (text: string) => void;
}

interface SpeedOption {
  readonly speedScale?: number;
}

export interface RobotStateAnswer {
  readonly jointsRad: readonly number[];
  readonly tool: Pose;
  readonly toolVelocityMPerS: Vec3;
  readonly externalForceN: Vec3;
  readonly widthM: number;
  readonly holding: boolean;
  readonly timeS: number;
}

export interface ServoAnswer {
  readonly reason: 'tracking' | 'arrived' | 'expired';
  readonly positionErrorM: number;
  readonly rotationErrorRad: number;
  readonly tool: Pose;
  readonly externalForceN: Vec3;
}

type Goal = { readonly pose: Pose; readonly approachM?: number } | { readonly jointsRad: readonly number[] };

/** What carries out the functions of tiers S3 and S4; arguments are valid already. */
export interface LowLevelImplementation
  extends SeeingFunctions,
    Pick<HighLevelImplementation, 'openGripper' | 'closeGripper' | 'homePose' | 'say' | 'sleep'> {
  solveIk(
    args: { position: Vec3; quatWxyz: Quat; options?: ArmChoice & { seedRad?: readonly number[] } },
    call: ApiCall,
  ): Promise<readonly number[]>;
  moveToJoints(
    args: { jointsRad: readonly number[]; options?: ArmChoice & SpeedOption },
    call: ApiCall,
  ): Promise<MotionResult>;
  moveArmsToJoints(
    args: { leftRad: readonly number[]; rightRad: readonly number[]; options?: SpeedOption },
    call: ApiCall,
  ): Promise<MotionResult>;
  planMotion(
    args: { goal: Goal; options?: ArmChoice },
    call: ApiCall,
  ): Promise<{ id: string; durationS: number; waypoints: readonly (readonly number[])[] }>;
  executePlan(args: { planId: string; options?: SpeedOption }, call: ApiCall): Promise<MotionResult>;
  getRobotState(args: { options?: ArmChoice }, call: ApiCall): Promise<RobotStateAnswer>;
  servoTo(
    args: {
      position: Vec3;
      quatWxyz: Quat;
      options?: ArmChoice & SpeedOption & { periodS?: number; leaseS?: number };
    },
    call: ApiCall,
  ): Promise<ServoAnswer>;
  moveBy(
    args: { offset: Vec3; options?: ArmChoice & SpeedOption & { frame?: 'base' | 'tool'; untilForceN?: number } },
    call: ApiCall,
  ): Promise<MotionResult>;
}

/** Speed of a motion that feels for contact, m/s: at this speed the arm stops within a millimetre. */
const FEELING_SPEED_M_PER_S = 0.05;
/** A servo target may not be farther than this from the tool, metres: loops take small steps. */
const FARTHEST_SERVO_M = 0.25;
const FARTHEST_SERVO_RAD = 1;
/** A joint that differs by more than this from where a plan begins has moved since, radians. */
const SAME_PLACE_RAD = 1e-3;

/** Binds the functions to one permit: make a new one for every block. */
export function lowLevelImplementation(ports: LowLevelPorts): LowLevelImplementation {
  const { permit, robot, planner, scene } = ports;
  let planned: { readonly id: string; readonly paths: readonly JointPath[] } | undefined;
  let count = 0;

  async function armState(arm: ArmSide): Promise<{ state: ArmState; timeS: number }> {
    const { arms, timeS } = await robot.state();
    return { state: arms[armIndex(arm)], timeS };
  }

  async function jointsFor(arm: ArmSide, pose: Pose, seedRad?: readonly number[]): Promise<readonly number[]> {
    const answer = await translated(() => planner.solveIk(arm, pose, { seedRad }));
    if (answer.feasible) return answer.jointsRad;
    const degrees = ((answer.rotationErrorRad * 180) / Math.PI).toFixed(0);
    throw new PolicyError({
      code: 'UNREACHABLE',
      stage: 'planning',
      message: `No joint angles put the fingertip there: the closest miss it by ${(answer.positionErrorM * 1000).toFixed(0)} mm and ${degrees} degrees. Nothing has moved.`,
      hint: 'Choose a target closer to the robot or another orientation; pointing straight down is [0, 1, 0, 0].',
    });
  }

  /** @throws PolicyError UNKNOWN_PLAN when the arm has left the place where the plan begins */
  async function assertStillAtStart({
    id,
    paths: [first],
  }: {
    id: string;
    paths: readonly JointPath[];
  }): Promise<void> {
    const { state } = await armState(first.arm);
    const moved = state.commandedPositionsRad.some(
      (rad, joint) => Math.abs(rad - first.points[joint]) > SAME_PLACE_RAD,
    );
    if (!moved) return;
    throw new PolicyError({
      code: 'UNKNOWN_PLAN',
      stage: 'code',
      message: `The ${first.arm} arm has moved since "${id}" was made, so that plan is gone. Nothing has moved now.`,
      hint: 'Call planMotion after the last motion, and executePlan right after it.',
    });
  }

  /** One turn of a feedback loop. */
  async function servo(
    arm: ArmSide,
    pose: Pose,
    {
      periodS,
      leaseS,
      speedScale,
      toolSpeedMPerS,
    }: Required<SpeedOption> & { periodS: number; leaseS: number; toolSpeedMPerS: number },
    { signal }: ApiCall,
  ) {
    const { state } = await armState(arm);
    const jointsRad = await jointsFor(arm, pose, state.commandedPositionsRad);
    const report = await translated(() =>
      permit.servo(
        { arm, jointsRad, speedScale: speedScale * ports.speedShare, toolSpeedMPerS, periodS, leaseS },
        signal,
      ),
    );
    if (report.reason === 'stopped' || report.reason === 'object-lost') {
      const { positionErrorM, rotationErrorRad } = report;
      throw motionError({
        reached: false,
        positionErrorM,
        rotationErrorRad,
        durationS: periodS,
        reason: report.reason,
      });
    }
    return { ...report, reason: report.reason };
  }

  /** Straight on until something pushes back, in small steps. */
  async function feel(arm: ArmSide, target: Pose, untilForceN: number, speedScale: number, call: ApiCall) {
    const { state: first, timeS: startS } = await armState(arm);
    const start = first.tool;
    const before = forceOn(first);
    const stepM = FEELING_SPEED_M_PER_S * speedScale * SERVO_PERIOD_S;
    const steps = Math.max(1, Math.ceil(distance(start.position, target.position) / stepM));
    const options = {
      periodS: SERVO_PERIOD_S,
      leaseS: SERVO_LEASE_S,
      speedScale: 1,
      toolSpeedMPerS: ports.toolSpeedMPerS,
    };
    let felt = false;
    for (let step = 1; step <= steps && !felt; step++) {
      const pose = { position: lerp(start.position, target.position, step / steps), quatWxyz: target.quatWxyz };
      const { state } = await servo(arm, pose, options, call);
      felt = norm(forceOn(state).map((value, axis) => value - before[axis]) as unknown as Vec3) > untilForceN;
    }
    await translated(() => permit.rest(call.signal));
    const { state: last, timeS: endS } = await armState(arm);
    return {
      reached: !felt,
      positionErrorM: distance(last.tool.position, target.position),
      rotationErrorRad: angleBetween(last.tool.quatWxyz, target.quatWxyz),
      durationS: endS - startS,
      reason: felt ? ('not-reached' as const) : ('reached' as const),
    };
  }

  return {
    ...seeingFunctions(ports),
    ...gripFunctions(ports, scene),
    ...commonFunctions(ports),
    say: async ({ text }) => ports.say(text),
    sleep: ({ seconds }, { signal }) => translated(() => permit.advance(seconds, signal)),

    solveIk: ({ position, quatWxyz, options }) =>
      jointsFor(options?.arm ?? 'left', { position, quatWxyz }, options?.seedRad),

    moveToJoints: ({ jointsRad, options }, call) =>
      moveArm(ports, options?.arm ?? 'left', { kind: 'joints', jointsRad }, options?.speedScale ?? 1, call),

    moveArmsToJoints: ({ leftRad, rightRad, options }, call) =>
      moveArms(
        ports,
        { left: { kind: 'joints', jointsRad: leftRad }, right: { kind: 'joints', jointsRad: rightRad } },
        options?.speedScale ?? 1,
        call,
      ),

    planMotion: ({ goal, options }, { signal }) =>
      translated(async () => {
        await permit.rest(signal);
        const wanted: MoveGoal =
          'pose' in goal
            ? { kind: 'tool', pose: goal.pose, approachM: goal.approachM ?? 0 }
            : { kind: 'joints', jointsRad: goal.jointsRad };
        const paths = await planner.planMove(options?.arm ?? 'left', wanted);
        let durationS = 0;
        for (const path of paths) durationS += (await planOf(ports, [path], 1)).durationS;
        count += 1;
        planned = { id: `plan-${count}`, paths };
        return { id: planned.id, durationS, waypoints: paths.flatMap(({ points }) => rowsOf(points)) };
      }),

    executePlan: ({ planId, options }, call) =>
      translated(async () => {
        const plan = planned;
        if (plan?.id !== planId) {
          throw new PolicyError({
            code: 'UNKNOWN_PLAN',
            stage: 'code',
            message: `There is no plan "${planId}" (any more). Nothing has moved.`,
            hint: 'Only the plan made last can be run, and only once: call planMotion again.',
          });
        }
        planned = undefined;
        await permit.rest(call.signal);
        await assertStillAtStart(plan);
        return runStretches(
          ports,
          plan.paths.map((path) => [path]),
          options?.speedScale ?? 1,
          call,
        );
      }),

    getRobotState: async ({ options }) => {
      const { state, timeS } = await armState(options?.arm ?? 'left');
      return {
        jointsRad: state.jointPositionsRad,
        tool: state.tool,
        toolVelocityMPerS: inBase0(state, toolVelocity(state.jointPositionsRad, state.jointVelocitiesRadPerS)),
        externalForceN: forceOn(state),
        widthM: state.gripperWidthM,
        holding: state.holding,
        timeS,
      };
    },

    servoTo: async ({ position, quatWxyz, options }, call) => {
      const arm = options?.arm ?? 'left';
      const { tool } = (await armState(arm)).state;
      const away = distance(tool.position, position);
      const turnRad = angleBetween(tool.quatWxyz, quatWxyz);
      if (away > FARTHEST_SERVO_M || turnRad > FARTHEST_SERVO_RAD) {
        throw new PolicyError({
          code: 'INVALID_ARGUMENT',
          stage: 'code',
          message: `servoTo: the target is ${away.toFixed(2)} m and ${turnRad.toFixed(2)} rad from the fingertip; a feedback loop takes small steps, up to ${FARTHEST_SERVO_M} m and ${FARTHEST_SERVO_RAD} rad. The call began no motion.`,
          hint: 'Go near with planMotion and executePlan first. Then take steps from getRobotState().tool towards the target.',
        });
      }
      const periodS = options?.periodS ?? SERVO_PERIOD_S;
      const leaseS = Math.max(options?.leaseS ?? SERVO_LEASE_S, periodS);
      const speedScale = options?.speedScale ?? 1;
      const { toolSpeedMPerS } = ports;
      const report = await servo(arm, { position, quatWxyz }, { periodS, leaseS, speedScale, toolSpeedMPerS }, call);
      const { reason, positionErrorM, rotationErrorRad, state } = report;
      return { reason, positionErrorM, rotationErrorRad, tool: state.tool, externalForceN: forceOn(state) };
    },

    moveBy: async ({ offset, options }, call) => {
      const arm = options?.arm ?? 'left';
      await translated(() => permit.rest(call.signal));
      const { tool } = (await armState(arm)).state;
      const inBase = options?.frame === 'tool' ? rotate(tool.quatWxyz, offset) : offset;
      const target: Pose = { position: add(tool.position, inBase), quatWxyz: tool.quatWxyz };
      const speedScale = options?.speedScale ?? 1;
      if (options?.untilForceN !== undefined) return feel(arm, target, options.untilForceN, speedScale, call);
      return moveArm(ports, arm, { kind: 'tool', pose: target, approachM: 0 }, speedScale, call);
    },
  };
}

/** Force at the fingertip in the base frame of arm 0, newtons. */
function forceOn(state: ArmState): Vec3 {
  return inBase0(state, toolForce(state.jointPositionsRad, state.externalTorquesNm));
}

/** A direction in the arm's own base frame, in the base frame of arm 0. */
function inBase0({ tool, jointPositionsRad }: ArmState, direction: Vec3): Vec3 {
  const arm0FromBase = compose(tool, invert(toolPose(jointPositionsRad)));
  return rotate(arm0FromBase.quatWxyz, direction);
}

function rowsOf(points: Float64Array): number[][] {
  const rows: number[][] = [];
  for (let at = 0; at < points.length; at += 7) rows.push(Array.from(points.subarray(at, at + 7)));
  return rows;
}
