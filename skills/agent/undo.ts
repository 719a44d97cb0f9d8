// Owns "undo that": a program that puts moved things back to where they stood before the last one, made of what was known
// then and is known now. It is plain source, checked, shown and approved like any other. Must never run anything, nor
// promise what it cannot do: it refuses in words instead.

import { atan2 } from '../../sim/portable-math.ts';
import {
  distance,
  mat3FromQuat,
  type Pose,
  quatConjugate,
  quatFromAxisAngle,
  quatMultiply,
  rotate,
  subtract,
  type Vec3,
} from '../../sim/spatial.ts';
import type { PolicyApi } from '../api/definition.ts';
import type { FoundObject } from '../api/scene-knowledge.ts';

export interface UndoRequest {
  readonly api: PolicyApi;
  /** What was known before the last program: the truth at tier S1, else what was perceived. Base frame, metres. */
  readonly before: readonly FoundObject[];
  /** The same, now. */
  readonly after: readonly FoundObject[];
  /** What the hand holds now, and the fingertip; undefined when it holds nothing. */
  readonly hand?: { readonly holds: string; readonly tool: Pose };
}

export type Undo =
  | { readonly kind: 'program'; readonly source: string; readonly names: readonly string[] }
  /** A sentence for the operator. Nothing was written. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Less than this is noise of looking, or of letting go: metres and radians. */
const MOVED_M = 0.01;
const TURNED_RAD = 0.15;
/** Two faces this close touch, metres: perceived heights are right to some millimetres. */
const TOUCH_M = 0.008;
/** Room a thing needs beside its place, metres. */
const ROOM_M = 0.004;
/** A thing is let go this much above its place, metres. */
const RELEASE_M = 0.001;
/** A thing whose upright axis leans further than this has been tipped over, as sin² of half the angle (0.2 rad). */
const TIPPED = 0.01;
/** Sides that differ by less than this share look the same. */
const SAME_SIDE = 0.1;

const NEEDED = ['getObjectPose', 'sampleGraspPose', 'gotoPose', 'openGripper', 'closeGripper', 'homePose'];

interface Move {
  readonly now: FoundObject;
  readonly goal: FoundObject;
  readonly turnRad: number;
}

/** Writes the program that puts things back. */
export function undoProgram({ api, before, after, hand }: UndoRequest): Undo {
  const refused = (reason: string): Undo => ({ kind: 'refused', reason: `${reason} Nothing was written.` });
  const lacking = NEEDED.filter((name) => !api.functions.some((one) => one.name === name));
  if (lacking.length > 0) {
    return refused(
      `At tier ${api.tier} of this task there is no ${lacking[0]}: ask the writer of programs to put things back.`,
    );
  }
  if (api.arms === 2) return refused('With two arms nobody can tell which of them moved a thing: say which to use.');
  for (const { name } of before) {
    const same = [before, after].map((all) => all.filter((one) => one.name === name).length);
    if (same[1] === 0) return refused(`The ${name} was there before and is not to be found now.`);
    if (same[0] > 1 || same[1] > 1) return refused(`There is more than one ${name}: which was where is not known.`);
  }
  if (hand !== undefined && !before.some(({ name }) => name === hand.holds)) {
    return refused(`The hand holds the ${hand.holds}, and where that came from is not known.`);
  }
  const moves: Move[] = [];
  for (const goal of before) {
    const now = after.find(({ name }) => name === goal.name) as FoundObject;
    const turn = turnBetween(now, goal, api.tier === 'S1');
    if (turn.isTipped) return refused(`The ${goal.name} was tipped over: carrying it does not set it up again.`);
    const isThere = distance(now.pose.position, goal.pose.position) < MOVED_M && Math.abs(turn.turnRad) < TURNED_RAD;
    if (!isThere || hand?.holds === goal.name) moves.push({ now, goal, turnRad: turn.turnRad });
  }
  if (moves.length === 0) return refused('Nothing stands elsewhere than before the last program.');
  const order = inOrder(moves, after, hand?.holds);
  return 'reason' in order
    ? refused(order.reason)
    : { kind: 'program', source: sourceOf(order.moves, api, hand), names: order.moves.map(({ goal }) => goal.name) };
}

/** How a thing was turned back then, against now. Perceived boxes look the same after a half turn, square ones after a quarter. */
function turnBetween(now: FoundObject, goal: FoundObject, isExact: boolean) {
  const [w, x, y, z] = quatMultiply(goal.pose.quatWxyz, quatConjugate(now.pose.quatWxyz));
  const [along, across] = now.extent;
  const isSquare = Math.abs(along - across) < SAME_SIDE * Math.max(along, across);
  const periodRad = isExact ? 2 * Math.PI : isSquare ? Math.PI / 2 : Math.PI;
  const angleRad = 2 * atan2(z, w);
  return { turnRad: angleRad - periodRad * Math.round(angleRad / periodRad), isTipped: x * x + y * y > TIPPED };
}

/** What has to be out of the way, or in its place, goes first. */
function inOrder(
  moves: readonly Move[],
  after: readonly FoundObject[],
  held: string | undefined,
): { readonly moves: readonly Move[] } | { readonly reason: string } {
  const left = [...moves];
  const done: Move[] = [];
  const moveOf = (name: string) => moves.find(({ now }) => now.name === name);
  for (const { now, goal } of moves) {
    for (const other of after.filter(({ name }) => name !== now.name && moveOf(name) === undefined)) {
      if (standsOn(other, now) && held !== now.name) {
        return { reason: `The ${other.name} stands on the ${now.name}, and was not put there by the last program.` };
      }
      if (overlaps(other, goal)) return { reason: `The ${other.name} stands where the ${now.name} was.` };
    }
  }
  const waitsFor = (one: Move) =>
    left.find(
      (other) =>
        other !== one &&
        (standsOn(other.now, one.now) || standsOn(one.goal, other.goal) || overlaps(other.now, one.goal)),
    );
  while (left.length > 0) {
    // What the hand holds has to be put down before it can take anything else.
    const next =
      done.length === 0 && held !== undefined
        ? left.find(({ now }) => now.name === held)
        : left.find((one) => waitsFor(one) === undefined);
    const blocked = next ?? left[0];
    const waited = waitsFor(blocked);
    if (waited !== undefined) {
      return {
        reason: `The ${blocked.now.name} cannot go back before the ${waited.now.name} has moved, and that one has to wait too.`,
      };
    }
    left.splice(left.indexOf(blocked), 1);
    done.push(blocked);
  }
  return { moves: done };
}

interface Box {
  readonly min: Vec3;
  readonly max: Vec3;
}

/** The upright box around a thing, base frame, metres. */
function boxOf({ pose, extent }: FoundObject): Box {
  const m = mat3FromQuat(pose.quatWxyz);
  const half = [0, 1, 2].map(
    (row) =>
      (Math.abs(m[3 * row]) * extent[0] + Math.abs(m[3 * row + 1]) * extent[1] + Math.abs(m[3 * row + 2]) * extent[2]) /
      2,
  );
  const [x, y, z] = pose.position;
  return { min: [x - half[0], y - half[1], z - half[2]], max: [x + half[0], y + half[1], z + half[2]] };
}

function sharesGround(a: Box, b: Box, roomM: number): boolean {
  return [0, 1].every((axis) => a.min[axis] < b.max[axis] + roomM && b.min[axis] < a.max[axis] + roomM);
}

function standsOn(upper: FoundObject, lower: FoundObject): boolean {
  const [a, b] = [boxOf(upper), boxOf(lower)];
  return sharesGround(a, b, -ROOM_M) && Math.abs(a.min[2] - b.max[2]) < TOUCH_M;
}

function overlaps(one: FoundObject, other: FoundObject): boolean {
  const [a, b] = [boxOf(one), boxOf(other)];
  return sharesGround(a, b, ROOM_M) && a.min[2] < b.max[2] - TOUCH_M && b.min[2] < a.max[2] - TOUCH_M;
}

const FUNCTIONS = `/** Lowers the fingertips to where what they hold stands as it did, lets go and rises. */
async function putDown(position: Vec3, quatWxyz: Quat): Promise<void> {
  await gotoPose(position, quatWxyz, { zApproach: 0.1 });
  await openGripper();
  await gotoPose(add(position, [0, 0, 0.12]), quatWxyz);
}
`;

const PUT_BACK = `
/** Carries a thing to where its middle was, turned about the vertical as it was. */
async function putBack(name: string, middle: Vec3, turnRad: number): Promise<void> {
  const now = await getObjectPose(name);
  const grasp = await sampleGraspPose(name);
  await openGripper();
  await gotoPose(grasp.position, grasp.quatWxyz, { zApproach: 0.1 });
  const grip = await closeGripper();
  if (!grip.holding) throw new Error(\`The hand did not get hold of the \${name}.\`);
  await gotoPose(add(grasp.position, [0, 0, 0.15]), grasp.quatWxyz);
  const turn = quatFromAxisAngle([0, 0, 1], turnRad);
  const fingertips = add(middle, rotate(turn, subtract(grasp.position, now.position)));
  await putDown(fingertips, quatMultiply(turn, grasp.quatWxyz));
}
`;

function sourceOf(moves: readonly Move[], api: PolicyApi, hand: UndoRequest['hand']): string {
  const steps = moves.map(({ now, goal, turnRad }) => {
    if (hand?.holds !== now.name) {
      return `await putBack(${JSON.stringify(now.name)}, ${numbers(raised(goal.pose.position))}, ${number(turnRad)});`;
    }
    const turn = quatFromAxisAngle([0, 0, 1], turnRad);
    const offset = rotate(turn, subtract(hand.tool.position, now.pose.position));
    const [x, y, z] = raised(goal.pose.position);
    const position: Vec3 = [x + offset[0], y + offset[1], z + offset[2]];
    return `await putDown(${numbers(position)}, ${numbers(quatMultiply(turn, hand.tool.quatWxyz))});`;
  });
  // The arm hides things from the cameras: at the tiers that look it steps aside before each.
  const aside = 'await homePose();';
  const looks = api.tier !== 'S1';
  const startsFree = hand === undefined && looks;
  const needsPutBack = moves.some(({ now }) => now.name !== hand?.holds);
  const imports = needsPutBack ? 'add, quatFromAxisAngle, quatMultiply, rotate, subtract' : 'add';
  return [
    '// Puts things back to where they stood before the last program, as far as that was known.',
    `import { ${imports} } from 'capstan:math';`,
    '',
    `${FUNCTIONS}${needsPutBack ? PUT_BACK : ''}`,
    ...(startsFree ? [aside] : []),
    steps.join(looks ? `\n${aside}\n` : '\n'),
    aside,
    '',
  ].join('\n');
}

function raised([x, y, z]: Vec3): Vec3 {
  return [x, y, z + RELEASE_M];
}

function numbers(values: readonly number[]): string {
  return `[${values.map(number).join(', ')}]`;
}

/** To a micrometre: far below what is known of anything. */
function number(value: number): string {
  return String(Number(value.toFixed(6)));
}
