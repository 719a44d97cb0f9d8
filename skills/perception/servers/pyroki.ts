// Owns the questions to PyRoKi: joint angles for a pose, and way points between two poses. Fingertip poses in, joint
// angles of the arm out. Must never move anything; the answers are proposals that the planner and the gate check.

import { z } from 'zod';
import { TOOL_OFFSET_M } from '../../../sim/robots/panda/kinematics.ts';
import { compose, NO_ROTATION, type Pose } from '../../../sim/spatial.ts';
import { askServer, type Patience } from '../server-client.ts';

/** Seven joints, radians, and one finger, metres, as the server's robot has them. */
const configuration = z.array(z.number()).length(8);
const ikAnswer = z.object({ joint_positions: configuration });
const planAnswer = z.object({ waypoints: z.array(configuration).min(1), dt: z.number().positive() });

const toolFromHand: Pose = { position: [0, 0, -TOOL_OFFSET_M], quatWxyz: NO_ROTATION };

/** The server's target is the hand, wxyz first. */
function handTarget(baseFromTool: Pose): readonly number[] {
  const { position, quatWxyz } = compose(baseFromTool, toolFromHand);
  return [...quatWxyz, ...position];
}

/**
 * Joint angles, radians, length 7, that bring the fingertips to a pose in the arm's base frame.
 * @param previousRad joint angles to stay near, length 7
 */
export async function askPyrokiIk(
  baseUrl: string,
  baseFromTool: Pose,
  previousRad: readonly number[] | undefined,
  patience: Patience,
  signal?: AbortSignal,
): Promise<readonly number[]> {
  const { joint_positions } = await askServer(
    {
      server: 'PyRoKi',
      baseUrl,
      path: '/ik',
      body: {
        target_pose_wxyz_xyz: handTarget(baseFromTool),
        ...(previousRad === undefined ? {} : { prev_cfg: [...previousRad, 0.04] }),
      },
      answer: ikAnswer,
    },
    patience,
    signal,
  );
  return joint_positions.slice(0, 7);
}

/** Way points between two fingertip poses: joint angles, radians, each of length 7, and the seconds between them. */
export async function askPyrokiPlan(
  baseUrl: string,
  start: Pose,
  end: Pose,
  { timesteps = 20, dt = 0.02 }: { readonly timesteps?: number; readonly dt?: number },
  patience: Patience,
  signal?: AbortSignal,
): Promise<{ readonly waypointsRad: readonly (readonly number[])[]; readonly stepS: number }> {
  const answer = await askServer(
    {
      server: 'PyRoKi',
      baseUrl,
      path: '/plan',
      body: {
        start_pose_wxyz_xyz: handTarget(start),
        end_pose_wxyz_xyz: handTarget(end),
        timesteps,
        dt,
      },
      answer: planAnswer,
    },
    patience,
    signal,
  );
  return { waypointsRad: answer.waypoints.map((waypoint) => waypoint.slice(0, 7)), stepS: answer.dt };
}
