// Owns what a frame of an exported data set holds: each feature with its type, its names and units, and its value at an
// instant. Must never compute a value that the episode does not hold or fix.

import { toolPose } from '../../../sim/robots/panda/kinematics.ts';
import { compose, type Pose } from '../../../sim/spatial.ts';
import type { AlignedFrame } from '../aligned-frames.ts';
import type { ColumnType } from './parquet-table.ts';

/** As `features` of LeRobot's info.json has it. */
export interface Feature {
  readonly dtype: 'float32' | 'int64' | 'bool' | 'video';
  readonly shape: readonly number[];
  readonly names: readonly string[] | null;
  readonly info?: Readonly<Record<string, string | number | boolean>>;
}

/** What is the same for a whole episode. */
export interface EpisodeLayout {
  /** Bases of the arms, left then right, in the base frame of the left one. */
  readonly arm0FromBases: readonly Pose[];
  /** Things whose poses are the state of the task, in the order of their columns. */
  readonly things: readonly string[];
}

interface NumberFeature {
  readonly names: readonly string[];
  value(frame: AlignedFrame, layout: EpisodeLayout): readonly number[];
}

const POSE_PARTS = ['x_m', 'y_m', 'z_m', 'qw', 'qx', 'qy', 'qz'] as const;
interface PoseNumbers {
  readonly position: readonly number[];
  readonly quatWxyz: readonly number[];
}
const poseNumbers = ({ position, quatWxyz }: PoseNumbers) => [...position, ...quatWxyz];
const JOINTS = [1, 2, 3, 4, 5, 6, 7] as const;

/** Names of columns that arms have each: with one arm as they are, with two with the side in front. */
function perArm(arms: number, names: readonly string[]): string[] {
  return arms === 1 ? [...names] : ['left', 'right'].flatMap((side) => names.map((name) => `${side}_${name}`));
}

/** The features that are numbers, by name. */
export function numberFeatures({ arm0FromBases, things }: EpisodeLayout): Readonly<Record<string, NumberFeature>> {
  const arms = arm0FromBases.length;
  const jointNames = perArm(arms, [...JOINTS.map((j) => `joint${j}_rad`), 'gripper_width_m']);
  const poseNames = perArm(
    arms,
    POSE_PARTS.map((part) => `tool_${part}`),
  );
  return {
    'observation.state': {
      names: jointNames,
      value: (frame) => frame.arms.flatMap((arm) => [...arm.jointPositionsRad, arm.gripperWidthM]),
    },
    'observation.tool_pose': {
      names: poseNames,
      value: (frame) => frame.arms.flatMap(({ tool }) => poseNumbers(tool)),
    },
    // What was commanded, never what came of it.
    action: {
      names: jointNames,
      value: (frame) =>
        frame.arms.flatMap((arm) => [...arm.commandedPositionsRad, arm.commandedGripperWidthM ?? arm.gripperWidthM]),
    },
    'action.tool_pose': {
      names: poseNames,
      value: (frame, layout) =>
        frame.arms.flatMap(({ commandedPositionsRad }, index) =>
          poseNumbers(compose(layout.arm0FromBases[index], toolPose(commandedPositionsRad))),
        ),
    },
    ...(things.length === 0
      ? {}
      : {
          'observation.environment_state': {
            names: things.flatMap((thing) => POSE_PARTS.map((part) => `${thing.replaceAll(' ', '_')}_${part}`)),
            value: (frame: AlignedFrame, layout: EpisodeLayout) =>
              layout.things.flatMap((thing) => {
                const pose = frame.transforms.get(thing);
                return pose === undefined ? Array<number>(POSE_PARTS.length).fill(0) : poseNumbers(pose);
              }),
          },
        }),
  };
}

/** Columns of every LeRobot data set, and our flags; one number each. */
export const SINGLE_FEATURES = {
  'next.reward': { dtype: 'float32', shape: [1], names: null },
  'next.done': { dtype: 'bool', shape: [1], names: null },
  'next.success': { dtype: 'bool', shape: [1], names: null },
  subtask_index: { dtype: 'int64', shape: [1], names: null },
  timestamp: { dtype: 'float32', shape: [1], names: null },
  frame_index: { dtype: 'int64', shape: [1], names: null },
  episode_index: { dtype: 'int64', shape: [1], names: null },
  index: { dtype: 'int64', shape: [1], names: null },
  task_index: { dtype: 'int64', shape: [1], names: null },
} as const satisfies Readonly<Record<string, Feature>>;

export type SingleFeature = keyof typeof SINGLE_FEATURES;

/** Type of the column of a feature in the data table; videos have none. */
export function columnOf({ dtype, shape }: Feature): ColumnType | undefined {
  if (dtype === 'video') return undefined;
  return shape.length === 1 && shape[0] === 1 ? dtype : { list: dtype };
}

/** What the robot was doing, in words: the call under way with the things it names. */
export function subtaskOf({ call }: Pick<AlignedFrame, 'call'>): string {
  if (call === undefined) return 'between calls';
  const named = call.arguments.filter((argument) => typeof argument === 'string');
  return [call.name, ...named.map((name) => `"${name}"`)].join(' ');
}
