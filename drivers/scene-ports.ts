// Owns the ports beside the Robot port: who plans a motion around things, and who knows the true state of a simulated
// world. A real robot has a planner (in its twin) and no ground truth.

import type { Pose, Vec3 } from '../sim/spatial.ts';
import type { ArmSide, JointPath } from './robot.ts';

/** Where a motion shall end: a fingertip pose, or joint angles (radians, length 7). */
export type MoveGoal =
  | {
      readonly kind: 'tool';
      readonly pose: Pose;
      /** Last stretch taken as a straight line along the tool's z axis, metres. */
      readonly approachM: number;
    }
  | { readonly kind: 'joints'; readonly jointsRad: readonly number[] };

export interface TwoGoals {
  readonly left: MoveGoal;
  readonly right: MoveGoal;
}

export interface IkSeed {
  /** Posture to stay close to, radians, length 7; the commanded joints when left out. */
  readonly seedRad?: readonly number[];
}

export interface IkAnswer {
  /** Length 7, radians: the best posture found, also when it does not reach the pose. */
  readonly jointsRad: readonly number[];
  readonly positionErrorM: number;
  readonly rotationErrorRad: number;
  /** True when both errors are below a tenth of a millimetre and a milliradian. */
  readonly feasible: boolean;
  /** What the posture would touch, in words, or null. */
  readonly collision: string | null;
}

export interface MotionPlanner {
  /**
   * Joint paths to run one after the other, from the commanded joints to the goal, clear of everything known.
   * @throws PlanningFailure (sim/control/planning-failure.ts) when there is none; nothing has moved
   */
  planMove(arm: ArmSide, goal: MoveGoal): Promise<readonly JointPath[]>;
  /**
   * Stages to run one after the other, both arms at once: a stage has one path per arm, to be planned and run together
   * as one synchronised motion, or a single path while the other arm holds its commanded pose. Free of each other for
   * every speed the stage is run at. Where both hands hold one object, they keep their places on it (within 1 mm).
   * @throws PlanningFailure when there is none; nothing has moved
   */
  planMoves(goals: TwoGoals): Promise<readonly (readonly JointPath[])[]>;
  /**
   * Joints that bring the fingertip to a pose, and honestly how near they bring it.
   * @throws PlanningFailure UNREACHABLE for a pose that is more than 10 m away
   */
  solveIk(arm: ArmSide, pose: Pose, options?: IkSeed): Promise<IkAnswer>;
  /** Whether the open hand could stand at this fingertip pose: within reach, and clear of everything known. */
  isFree(arm: ArmSide, pose: Pose): Promise<boolean>;
}

/** An object as the simulator knows it. */
export interface TrueObject {
  readonly name: string;
  /** What can be moved, a named place on it or on the furniture, the furniture, or marks on it. */
  readonly kind: 'prop' | 'feature' | 'fixture' | 'marks';
  readonly pose: Pose;
  /** Full side lengths along the object's own axes, metres. */
  readonly extent: Vec3;
  /** Of a place on a body: the centre of that body. */
  readonly bodyCentre?: Vec3;
  /** It is round about its longest side: a hand may close around it at any angle. */
  readonly round?: true;
  /** Of bodies: its colour, sRGB 0..1. */
  readonly colorSrgb?: Vec3;
}

/** Only a simulated world has it, and only tier S1 may ask. */
export interface GroundTruth {
  objects(): Promise<readonly TrueObject[]>;
}
