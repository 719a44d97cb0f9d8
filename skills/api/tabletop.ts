// Owns what the functions of the tabletop domain do on a robot: names, places and colours from what is known of the scene,
// and one whole pick and place made of the same motions and grips as every program's. Must never hold a robot, only
// ports, nor know at which tier it serves.

import { atan2 } from '../../sim/portable-math.ts';
import {
  mat3FromQuat,
  type Quat,
  quatFromAxisAngle,
  quatMultiply,
  rotate,
  TOOL_DOWN,
  type Vec3,
} from '../../sim/spatial.ts';
import {
  CORNERS,
  cornerPoint,
  DIRECTIONS,
  OVERHANG_M,
  type Point2,
  STEP,
  TABLETOP_COLORS,
  WORKSPACE,
} from '../../sim/tasks/tabletop/words.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import type { ApiImplementation } from './binding.ts';
import { besideM, boxFromAbove, cornersFromAbove } from './box-from-above.ts';
import { PolicyError } from './errors.ts';
import { freeGrasp, highLevelImplementation } from './high-level.ts';
import type { ApiCall } from './implementation.ts';
import { type MotionPorts, moveArm } from './motions.ts';
import type { FoundObject, SceneKnowledge } from './scene-knowledge.ts';

export interface TabletopPorts extends MotionPorts {
  readonly scene: SceneKnowledge;
  readonly task: Task;
}

/** Every name a thing of the suite can have. */
const NAMES = Object.keys(TABLETOP_COLORS).flatMap((color) => [`${color} block`, `${color} bowl`]);

/** Straight ways down to a thing and up from it, metres. */
const APPROACH_M = 0.08;
const LIFT_M = 0.12;
/** A block is let go this far above what it will stand on, metres. */
const GAP_M = 0.001;
/** Fingers open by this much to let go: neighbours and walls of bowls stay untouched (m). */
const LET_GO_M = 0.02;
/** Into a bowl, the fingertips go down to this height above its rim, metres. */
const ABOVE_RIM_M = 0.012;
/** Of two blocks in a bowl, each lies this far from its middle, metres. */
const BESIDE_M = 0.023;
/** What carries a block holds up a disc of this radius under its middle, metres. */
const FOOT_RADIUS_M = 0.018;
const QUARTER_TURN_RAD = Math.PI / 2;
/** An arm this close to its home posture hides no more than there, radians: wider than the noise of the start. */
const AT_HOME_RAD = 0.1;

export function tabletopImplementation(ports: TabletopPorts): ApiImplementation {
  const { scene, task } = ports;
  const hand = highLevelImplementation({ ...ports, say: () => undefined });

  /** Finds a thing; where the arm may hide it, it goes home and looks once more. */
  async function find(name: string, call: ApiCall): Promise<FoundObject> {
    try {
      return await scene.find(name, 'left', call.signal);
    } catch (error) {
      const isMissing = error instanceof PolicyError && (error.code === 'NOT_FOUND' || error.code === 'UNSURE');
      if (!isMissing || (await isAtHome())) throw error;
      await hand.homePose({}, call);
      return scene.find(name, 'left', call.signal);
    }
  }

  async function isAtHome(): Promise<boolean> {
    const { jointPositionsRad } = (await ports.robot.state()).arms[0];
    return ports.homeJointsRad[0].every((angle, joint) => Math.abs(angle - jointPositionsRad[joint]) < AT_HOME_RAD);
  }

  async function pick(object: FoundObject, call: ApiCall) {
    const state = (await ports.robot.state()).arms[0];
    if (state.holding || state.gripperWidthM < hold(object) + LET_GO_M) await hand.openGripper({}, call);
    const { position, quatWxyz } = await freeGrasp(ports, object, 'left');
    await moveArm(ports, 'left', { kind: 'tool', pose: { position, quatWxyz }, approachM: APPROACH_M }, 1, call);
    const grip = await hand.closeGripper({}, call);
    const [x, y, z] = position;
    if (!grip.holding) {
      await hand.openGripper({}, call);
      await moveArm(ports, 'left', straight([x, y, z + LIFT_M], quatWxyz), 1, call);
      throw new PolicyError({
        code: 'NOTHING_GRASPED',
        stage: 'grasp',
        message: `The fingers closed on nothing at "${object.name}". The hand is above that place, open, and still.`,
        hint: 'Ask for its position again and try once more.',
      });
    }
    await moveArm(ports, 'left', straight([x, y, z + LIFT_M], quatWxyz), 1, call);
    return { quatWxyz, widthM: grip.widthM, aboveBottomM: z - bottomOf(object) };
  }

  /** Where the underside of a block goes. */
  async function spotFor(object: FoundObject, target: FoundObject | Point2): Promise<Vec3> {
    const others = (await scene.known()).filter(({ name }) => name !== object.name);
    if (isPoint(target)) return [target[0], target[1], topUnder(others, target) ?? tableTop(task)];
    const [x, y] = target.pose.position;
    if (!isBowl(target)) return [x, y, Math.max(topOf(target), topUnder(others, [x, y]) ?? topOf(target))];
    const inside = others.filter((other) => other.name !== target.name && liesIn(other, target));
    const beside = inside.length === 0 ? 0 : inside.length % 2 === 1 ? BESIDE_M : -BESIDE_M;
    return [x + beside, y, topUnder(inside, [x + beside, y]) ?? bottomOf(target)];
  }

  /** Goes down to a place; where the fingers have no room beside it, with the hand a quarter turned. */
  async function lower(position: Vec3, square: Quat, call: ApiCall): Promise<Quat> {
    let failure: unknown;
    for (const turnRad of [0, QUARTER_TURN_RAD, -QUARTER_TURN_RAD]) {
      const quatWxyz = quatMultiply(quatFromAxisAngle([0, 0, 1], turnRad), square);
      try {
        await moveArm(ports, 'left', { kind: 'tool', pose: { position, quatWxyz }, approachM: APPROACH_M }, 1, call);
        return quatWxyz;
      } catch (error) {
        // A refused way has moved nothing.
        if (!(error instanceof PolicyError) || error.stage !== 'planning') throw error;
        failure ??= error;
      }
    }
    throw failure;
  }

  async function put(object: FoundObject, target: FoundObject | Point2, call: ApiCall): Promise<void> {
    const held = await pick(object, call);
    const [x, y, under] = await spotFor(object, target);
    const bowl = !isPoint(target) && isBowl(target) ? target : undefined;
    const z = under + GAP_M + held.aboveBottomM;
    const height = bowl === undefined ? z : Math.max(z, topOf(bowl) + ABOVE_RIM_M + scene.uncertaintyM);
    const quatWxyz = await lower([x, y, height], squared(held.quatWxyz), call);
    const letGo = () => hand.openGripper({ options: { widthM: Math.min(0.08, held.widthM + LET_GO_M) } }, call);
    // Into a bowl a block falls a little way: that is no accident.
    if (bowl === undefined) await letGo();
    else await letGo().catch(unless('DROPPED'));
    await moveArm(ports, 'left', straight([x, y, height + LIFT_M], quatWxyz), 1, call);
  }

  return {
    getInstruction: async () => task.instruction.trim(),
    getObjNames: async (_args: object, { signal }) => scene.names(NAMES, signal),
    getObjPos: async ({ name }: { name: string }, call) => {
      const { position } = (await find(name, call)).pose;
      return [position[0], position[1]];
    },
    isObjVisible: async ({ name }: { name: string }, { signal }) => {
      const wanted = name.trim().toLowerCase();
      return (await scene.names([wanted], signal)).includes(wanted);
    },
    getBbox: async ({ name }: { name: string }, call) => boxFromAbove(await find(name, call)),
    getColorRgb: ({ name }: { name: string }, { signal }) => scene.colorRgb(name, signal),
    getCornerName: async ({ pos }: { pos: Point2 }) => `${nearestCorner(pos)} corner`,
    getSideName: async ({ pos }: { pos: Point2 }) => `${nearestSide(pos)} side`,
    denormalizeXy: async ({ point: [u, v] }: { point: Point2 }) => [
      WORKSPACE.x[0] + v * (WORKSPACE.x[1] - WORKSPACE.x[0]),
      WORKSPACE.y[1] - u * (WORKSPACE.y[1] - WORKSPACE.y[0]),
    ],
    putFirstOnSecond: async ({ name, nameOrPos }: { name: string; nameOrPos: string | Point2 }, call) => {
      // The target first: whatever is wrong with it is known before anything moves.
      const target = typeof nameOrPos === 'string' ? await find(nameOrPos, call) : inWorkspace(nameOrPos);
      const object = await find(name, call);
      if (!isPoint(target) && target.name === object.name) {
        throw new PolicyError({
          code: 'INVALID_ARGUMENT',
          stage: 'code',
          message: `putFirstOnSecond: "${object.name}" cannot be put on itself. Nothing moved.`,
          hint: 'Name another block, a bowl or a point.',
        });
      }
      await put(object, target, call);
    },
  };
}

function isPoint(target: FoundObject | Point2): target is Point2 {
  return Array.isArray(target);
}

function straight(position: Vec3, quatWxyz: Quat) {
  return { kind: 'tool' as const, pose: { position, quatWxyz }, approachM: 0 };
}

/** @throws PolicyError OUTSIDE_WORKSPACE */
function inWorkspace(point: Point2): Point2 {
  const inside = [WORKSPACE.x, WORKSPACE.y].every(
    ([low, high], axis) => point[axis] >= low - OVERHANG_M && point[axis] <= high + OVERHANG_M,
  );
  if (inside) return point;
  const [[x0, x1], [y0, y1]] = [WORKSPACE.x, WORKSPACE.y];
  throw new PolicyError({
    code: 'OUTSIDE_WORKSPACE',
    stage: 'code',
    message: `[${point.map((value) => value.toFixed(3)).join(', ')}] lies outside the workspace: x may be ${x0} to ${x1} m, y ${y0} to ${y1} m. Nothing moved.`,
    hint: 'denormalizeXy gives points inside: its shares run from 0 to 1.',
  });
}

/** Lets one error pass. */
function unless(code: string) {
  return (error: unknown): void => {
    if (!(error instanceof PolicyError) || error.code !== code) throw error;
  };
}

function isBowl({ name }: FoundObject): boolean {
  return /\bbowl$/.test(name);
}

/** The width between the fingers that a thing needs at the most, metres. */
function hold({ extent }: FoundObject): number {
  return Math.min(extent[0], extent[1]);
}

function verticalHalf({ pose, extent }: FoundObject): number {
  const m = mat3FromQuat(pose.quatWxyz);
  return [0, 1, 2].reduce((sum, k) => sum + (Math.abs(m[6 + k]) * extent[k]) / 2, 0);
}

const topOf = (object: FoundObject) => object.pose.position[2] + verticalHalf(object);
const bottomOf = (object: FoundObject) => object.pose.position[2] - verticalHalf(object);

/** Whether a thing is over another one with its whole outline: a piece of a bowl's rim, seen as a thing, is not. */
function liesIn(thing: FoundObject, below: FoundObject): boolean {
  const [x, y] = [0, 1].map((axis) => below.pose.position[axis]);
  const radius = Math.min(below.extent[0], below.extent[1]) / 2;
  return cornersFromAbove(thing).every(([cx, cy]) => (cx - x) * (cx - x) + (cy - y) * (cy - y) < radius * radius);
}

/** Height of the highest thing under a block that is put at a point; undefined over the bare table. */
function topUnder(things: readonly FoundObject[], point: Point2): number | undefined {
  const tops = things.filter((thing) => besideM(thing, point) < FOOT_RADIUS_M).map(topOf);
  return tops.length === 0 ? undefined : Math.max(...tops);
}

/** The table is furniture of the installation: every tier knows it. */
function tableTop({ world }: Task): number {
  const { position, size } = world.fixtures.find(({ name }) => name === 'table') ?? world.fixtures[0];
  return position[2] + size[2] / 2;
}

/** The same grip, its fingers along the edges of the table: the smallest turn of the hand that makes a cube stand straight. */
function squared(quatWxyz: Quat): Quat {
  const [x, y] = rotate(quatWxyz, [1, 0, 0]);
  const yaw = atan2(y, x);
  const quarter = Math.round(yaw / QUARTER_TURN_RAD) * QUARTER_TURN_RAD;
  return quatMultiply(quatFromAxisAngle([0, 0, 1], quarter), TOOL_DOWN);
}

function nearestCorner([x, y]: Point2) {
  const away = (corner: (typeof CORNERS)[number]) => {
    const [cx, cy] = cornerPoint(corner);
    return (cx - x) * (cx - x) + (cy - y) * (cy - y);
  };
  return [...CORNERS].sort((a, b) => away(a) - away(b))[0];
}

function nearestSide([x, y]: Point2) {
  const away = (side: (typeof DIRECTIONS)[number]) => {
    const [ux, uy] = STEP[side];
    const edge = ux === 0 ? WORKSPACE.y[uy > 0 ? 1 : 0] : WORKSPACE.x[ux > 0 ? 1 : 0];
    return Math.abs(edge - (ux === 0 ? y : x));
  };
  return [...DIRECTIONS].sort((a, b) => away(a) - away(b))[0];
}
