// Owns grasps of a bar, as a handle is one: the fingers close around it, the hand comes from its free side. Pure
// geometry; what is in the way is the planner's to say.

import { cos, sin } from '../../sim/portable-math.ts';
import {
  add,
  angleBetween,
  cross,
  dot,
  mat3FromQuat,
  norm,
  type Pose,
  type Quat,
  quatFromMat3,
  scale,
  subtract,
  type Vec3,
} from '../../sim/spatial.ts';
import type { GraspProposal } from './grasp-proposals.ts';

/** A long thing to close a hand around. */
export interface Bar {
  readonly pose: Pose;
  /** Full side lengths, metres. */
  readonly extent: Vec3;
  /** It is round about its longest side: a hand may close around it at any angle. */
  readonly round?: true;
  /** Centre of the body it belongs to. */
  readonly bodyCentre?: Vec3;
}

/** A bar is at least this many times as long as it is thick. */
const BAR_SHARE = 2.5;
/** Room the open fingers need on both sides together, metres. */
const FINGER_ROOM_M = 0.004;
/** Directions tried for a round bar, each this much further from the best one, radians. */
const TURN_STEP_RAD = Math.PI / 6;
/** Of the wish to come from the free side and the wish to come from above, the second weighs this much. */
const DOWN_WEIGHT = 0.8;
/** A handle that stands off its body by less than this share of their distance points along itself. */
const BESIDE_SHARE = 0.5;
/** Half of a finger's thickness, with a little room: a grasp keeps this from the ends of the bar (m). */
const END_ROOM_M = 0.02;
/** Points along the bar that are tried, as shares of the way from its middle to either end, and what they are worth. */
const ALONG = [
  [0, 1],
  [0.5, 0.7],
  [-0.5, 0.7],
] as const;

/** Whether a box is long and thin enough for a hand to close around it. */
export function isBar(extent: Vec3, maxWidthM: number): boolean {
  const [thin, thick, long] = [...extent].sort((a, b) => a - b);
  return long >= BAR_SHARE * thick && thin > 0 && thick <= maxWidthM - FINGER_ROOM_M;
}

/**
 * Grasps all around a bar, best first: from its free side and slanting down where it stands off its body, else from
 * where the hand is; across two of its faces unless it is round; at its middle before nearer to its ends.
 * @param tool present pose of the tool: of two ways to hold the hand, the nearer one comes first
 */
export function proposeBarGrasps(bar: Bar, tool: Pose, maxWidthM: number): GraspProposal[] {
  const { extent, pose } = bar;
  const m = mat3FromQuat(pose.quatWxyz);
  const column = (axis: number): Vec3 => [m[axis], m[3 + axis], m[6 + axis]];
  const long = extent.indexOf(Math.max(...extent));
  const axis = column(long);
  const wish = wishedApproach(bar, axis, tool);
  const [one, other] = [0, 1, 2].filter((side) => side !== long);
  const faces = [column(one), scale(column(one), -1), column(other), scale(column(other), -1)];
  const approaches = bar.round ? fan(wish, axis) : faces;
  const slack = Math.max(0, extent[long] / 2 - END_ROOM_M);
  const found: (GraspProposal & { readonly turnRad: number })[] = [];
  for (const approach of approaches) {
    const directness = dot(approach, wish);
    if (directness < -0.1) continue;
    for (const toolX of [axis, scale(axis, -1)]) {
      const toolY = cross(approach, toolX);
      const widthM = [one, other].reduce((sum, side) => sum + Math.abs(dot(toolY, column(side))) * extent[side], 0);
      const across = bar.round ? Math.max(extent[one], extent[other]) : widthM;
      if (across > maxWidthM - FINGER_ROOM_M) continue;
      const quatWxyz = quatFromColumns(toolX, toolY, approach);
      for (const [share, worth] of ALONG) {
        found.push({
          position: add(pose.position, scale(axis, share * slack)),
          quatWxyz,
          widthM: across,
          score: worth * (0.5 + 0.5 * directness) * (1 - (0.5 * across) / maxWidthM),
          turnRad: angleBetween(tool.quatWxyz, quatWxyz),
        });
      }
    }
  }
  found.sort((a, b) => (Math.abs(a.score - b.score) > 1e-6 ? b.score - a.score : a.turnRad - b.turnRad));
  return found.map(({ position, quatWxyz, widthM, score }) => ({ position, quatWxyz, widthM, score }));
}

/** The direction in which a hand would best come, square to the bar. */
function wishedApproach({ pose, bodyCentre }: Bar, axis: Vec3, tool: Pose): Vec3 {
  const inwards = bodyCentre === undefined ? undefined : subtract(bodyCentre, pose.position);
  const across = inwards === undefined ? undefined : squareTo(inwards, axis);
  const standsOff = inwards !== undefined && across !== undefined && norm(across) > BESIDE_SHARE * norm(inwards);
  const side = unit(standsOff ? across : subtract(pose.position, tool.position));
  const wish = squareTo(add(side ?? [0, 0, 0], [0, 0, -DOWN_WEIGHT]), axis);
  // A bar that stands upright right below the hand leaves no wish: any side will do.
  return unit(wish) ?? unit(squareTo([1, 0, 0], axis)) ?? [0, 1, 0];
}

/** The wish, and further and further from it to either side. */
function fan(wish: Vec3, axis: Vec3): Vec3[] {
  const side = cross(axis, wish);
  const turned = (angle: number) => add(scale(wish, cos(angle)), scale(side, sin(angle)));
  return [0, 1, -1, 2, -2, 3, -3].map((k) => turned(k * TURN_STEP_RAD));
}

function squareTo(vector: Vec3, axis: Vec3): Vec3 {
  return subtract(vector, scale(axis, dot(vector, axis)));
}

function unit(vector: Vec3): Vec3 | undefined {
  const length = norm(vector);
  return length > 1e-6 ? scale(vector, 1 / length) : undefined;
}

function quatFromColumns(x: Vec3, y: Vec3, z: Vec3): Quat {
  return quatFromMat3([x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2]]);
}
