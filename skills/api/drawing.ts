// Owns what the functions of the drawing domain do on a robot: a line of points becomes joint paths of pen or eraser in
// contact with the board, planned whole before anything moves. Must never hold a robot, only ports.

import type { JointPath } from '../../drivers/robot.ts';
import type { MotionPlanner } from '../../drivers/scene-ports.ts';
import { cos } from '../../sim/portable-math.ts';
import { toolFromEraser } from '../../sim/robots/panda/tools.ts';
import {
  compose,
  IDENTITY_POSE,
  invert,
  type Pose,
  quatFromAxisAngle,
  quatMultiply,
  TOOL_DOWN,
  type Vec3,
} from '../../sim/spatial.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import type { ApiImplementation } from './binding.ts';
import { boxFromAbove } from './box-from-above.ts';
import { PolicyError } from './errors.ts';
import type { ApiCall } from './implementation.ts';
import { type MotionPorts, moveArm, runStretches, translated } from './motions.ts';
import type { FoundObject, SceneKnowledge } from './scene-knowledge.ts';

export type Point2 = readonly [x: number, y: number];

export interface DrawingPorts extends MotionPorts {
  readonly scene: SceneKnowledge;
  readonly task: Task;
}

/** How far the commanded face lies under the board: its spring turns that into a light press (m). */
const PRESS_M = 0.002;
/** Heights of tip or eraser over the board on the way down and up again, metres: close enough for a straight way. */
const DOWN_M = [0.08, 0.055, 0.03, 0.01];
const UP_M = [0.01, 0.03, 0.05];
/** Points stay this far from the edge of the board, metres. */
const EDGE_M = 0.005;
/** Joint angles are found at points no further apart than this, metres. */
const STEP_M = 0.01;
/** At a corner that turns by more than this the pen stops, so that it does not cut it (rad). */
const CORNER_RAD = (25 * Math.PI) / 180;
/** A straight line may not make a joint jump: largest change between two points, radians. */
const JUMP_RAD = 0.3;
/** Speed of pen and eraser over the board, m/s. */
const STROKE_SPEED_M_PER_S = 0.25;
/** Turns of the hand about the vertical that are tried, radians. */
const YAWS_RAD = [0, Math.PI / 2, -Math.PI / 2, Math.PI / 4, -Math.PI / 4, Math.PI];

interface Face {
  readonly spoken: string;
  readonly toolFromFace: Pose;
}
const PEN: Face = { spoken: 'pen', toolFromFace: IDENTITY_POSE };
const ERASER: Face = { spoken: 'eraser', toolFromFace: toolFromEraser() };

/** The way of one line: where to start over the board, down, along the points, and up. */
interface Stroke {
  readonly overRad: readonly number[];
  readonly paths: readonly JointPath[];
}

type Attempt = { readonly stroke: Stroke } | { readonly failure: PolicyError };

export function drawingImplementation(ports: DrawingPorts): ApiImplementation {
  const { scene, task } = ports;
  const board = boardOf(task);
  // The board is furniture of the installation: every tier knows it.
  const find = async ({ name }: { name: string }, { signal }: ApiCall): Promise<FoundObject> =>
    name.trim().toLowerCase() === board.name ? board : scene.find(name, 'left', signal);
  const names = [
    ...task.world.props.map(({ name }) => name),
    ...task.world.marks.flatMap((marks) => (marks.kind === 'ink' && marks.lines.length === 0 ? [] : [marks.name])),
  ];

  async function follow(points: readonly Point2[], face: Face, call: ApiCall): Promise<void> {
    assertOnBoard(points, board);
    const { overRad, paths } = await plan(ports.planner, points, board.topM, face);
    await moveArm(ports, 'left', { kind: 'joints', jointsRad: overRad }, 1, call);
    const slow = { ...ports, toolSpeedMPerS: Math.min(ports.toolSpeedMPerS, STROKE_SPEED_M_PER_S) };
    await translated(() =>
      runStretches(
        slow,
        paths.map((path) => [path]),
        1,
        call,
      ),
    );
  }

  return {
    getObjNames: async (_args: object, { signal }) => [board.name, ...(await scene.names(names, signal))],
    getObjPos: async (args: { name: string }, call) => {
      const { position } = (await find(args, call)).pose;
      return [position[0], position[1]];
    },
    getBbox: async (args: { name: string }, call) => boxFromAbove(await find(args, call)),
    draw: ({ points }: { points: readonly Point2[] }, call) => follow(points, PEN, call),
    erase: ({ points }: { points: readonly Point2[] }, call) => follow(points, ERASER, call),
  };
}

interface Board extends FoundObject {
  readonly min: Point2;
  readonly max: Point2;
  readonly topM: number;
}

/** The fixture that ink lies on. */
function boardOf({ world }: Task): Board {
  const on = world.marks.find(({ kind }) => kind === 'ink')?.on;
  const fixture = world.fixtures.find(({ name }) => name === on);
  if (fixture === undefined) throw new RangeError('a task with a pen has a board');
  const { name, position, size } = fixture;
  return {
    name,
    pose: { position, quatWxyz: quatFromAxisAngle([0, 0, 1], fixture.yaw) },
    extent: size,
    min: [position[0] - size[0] / 2, position[1] - size[1] / 2],
    max: [position[0] + size[0] / 2, position[1] + size[1] / 2],
    topM: position[2] + size[2] / 2,
  };
}

function assertOnBoard(points: readonly Point2[], { name, min, max }: Board): void {
  points.forEach(([x, y], index) => {
    const inside = x >= min[0] + EDGE_M && x <= max[0] - EDGE_M && y >= min[1] + EDGE_M && y <= max[1] - EDGE_M;
    if (inside) return;
    const room = [min[0] + EDGE_M, max[0] - EDGE_M, min[1] + EDGE_M, max[1] - EDGE_M].map((value) => value.toFixed(3));
    throw new PolicyError({
      code: 'OUTSIDE_BOARD',
      stage: 'code',
      message: `points[${index}] = [${x.toFixed(3)}, ${y.toFixed(3)}] is off the ${name}: x may be ${room[0]} to ${room[1]} m, y ${room[2]} to ${room[3]} m. Nothing has moved.`,
      hint: 'Make the shape smaller or move it towards the middle of the board.',
    });
  });
}

/** Tries the turns of the hand one after the other. @throws PolicyError UNREACHABLE or PATH_BLOCKED of the first turn */
async function plan(planner: MotionPlanner, points: readonly Point2[], topM: number, face: Face): Promise<Stroke> {
  let first: PolicyError | undefined;
  for (const yaw of YAWS_RAD) {
    const attempt = await translated(() => attemptAt(planner, points, topM, face, yaw));
    if ('stroke' in attempt) return attempt.stroke;
    first ??= attempt.failure;
  }
  throw first;
}

async function attemptAt(
  planner: MotionPlanner,
  points: readonly Point2[],
  topM: number,
  face: Face,
  yawRad: number,
): Promise<Attempt> {
  const quatWxyz = quatMultiply(quatFromAxisAngle([0, 0, 1], yawRad), TOOL_DOWN);
  const faceFromTool = invert(face.toolFromFace);
  let seedRad: readonly number[] | undefined;

  /** Joints that bring the face over a point, close to those before. */
  async function jointsAt([x, y]: Point2, z: number): Promise<readonly number[] | PolicyError> {
    const position: Vec3 = [x, y, z];
    const answer = await planner.solveIk('left', compose({ position, quatWxyz }, faceFromTool), { seedRad });
    const at = `[${x.toFixed(3)}, ${y.toFixed(3)}]`;
    const jumps = seedRad?.some((joint, j) => Math.abs(joint - answer.jointsRad[j]) > JUMP_RAD) ?? false;
    if (!answer.feasible || jumps) {
      return new PolicyError({
        code: 'UNREACHABLE',
        stage: 'planning',
        message: `The arm cannot hold the ${face.spoken} at ${at}. Nothing has moved.`,
        hint: 'Draw closer to the middle of the board.',
      });
    }
    if (answer.collision !== null) {
      return new PolicyError({
        code: 'PATH_BLOCKED',
        stage: 'planning',
        message: `With the ${face.spoken} at ${at}, ${answer.collision}. Nothing has moved.`,
        hint: 'Keep a greater distance from the objects on the board.',
      });
    }
    seedRad = answer.jointsRad;
    return answer.jointsRad;
  }

  const over = await jointsAt(points[0], topM + DOWN_M[0]);
  if (over instanceof PolicyError) return { failure: over };
  const paths: JointPath[] = [];
  let row: readonly number[] = over;
  const last = points[points.length - 1];
  const runs = [
    [...DOWN_M.slice(1), -PRESS_M].map((height) => ({ point: points[0], z: topM + height })),
    ...smoothRuns(points).map((run) => run.map((point) => ({ point, z: topM - PRESS_M }))),
    UP_M.map((height) => ({ point: last, z: topM + height })),
  ];
  for (const run of runs) {
    const rows: number[] = [...row];
    for (const { point, z } of run) {
      const joints = await jointsAt(point, z);
      if (joints instanceof PolicyError) return { failure: joints };
      rows.push(...joints);
      row = joints;
    }
    paths.push({ arm: 'left', kind: 'smooth', points: Float64Array.from(rows) });
  }
  return { stroke: { overRad: over, paths } };
}

/**
 * Cuts a line at its corners, and adds points to long stretches.
 * @returns per run the points after its start; every run starts where the one before ended
 */
export function smoothRuns(points: readonly Point2[]): readonly (readonly Point2[])[] {
  const runs: Point2[][] = [];
  let run: Point2[] = [];
  const distinct = points.filter(
    ([x, y], k) => k === 0 || Math.abs(x - points[k - 1][0]) + Math.abs(y - points[k - 1][1]) > 1e-6,
  );
  for (let k = 1; k < distinct.length; k++) {
    const [[ax, ay], [bx, by]] = [distinct[k - 1], distinct[k]];
    const [ux, uy] = [bx - ax, by - ay];
    const length = Math.sqrt(ux * ux + uy * uy);
    const count = Math.max(1, Math.ceil(length / STEP_M));
    for (let i = 1; i <= count; i++) run.push([ax + (ux * i) / count, ay + (uy * i) / count]);
    const next = distinct[k + 1];
    if (next === undefined || turns(ux, uy, next[0] - bx, next[1] - by)) {
      runs.push(run);
      run = [];
    }
  }
  return runs;
}

/** Whether two directions differ by more than a corner's least angle. */
function turns(ux: number, uy: number, vx: number, vy: number): boolean {
  const lengths = Math.sqrt((ux * ux + uy * uy) * (vx * vx + vy * vy));
  return ux * vx + uy * vy < cos(CORNER_RAD) * lengths;
}
