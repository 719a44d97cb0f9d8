// --- Doing it: one thing at a time, looking again after each. ---

import { add, quatFromAxisAngle, quatMultiply, rotate, subtract } from 'capstan:math';
import { alternatives } from './rearrangement-goal.ts';
import { grip, look, notePlaced, proposeGrasp, reach, release } from './rearrangement-hands.s1.ts';
import { type Place, sparePlace } from './rearrangement-places.ts';
import { makePlan, nextMove } from './rearrangement-plan.ts';
import {
  awayFrom,
  type Block,
  block,
  burdenOf,
  isCube,
  lookAround,
  measure,
  supportsOf,
} from './rearrangement-things.ts';

/** Turns of the tool that bring a thing to a yaw: a cube looks alike after a quarter turn, anything after half a one. */
function turnsFor(thing: Block, graspQuat: Quat, place: Place): { tool: Quat; turn: number }[] {
  const wanted = place.yaw === undefined ? 0 : place.yaw - thing.yaw;
  const period = isCube(thing) ? Math.PI / 2 : Math.PI;
  const turns: number[] = place.yaw === undefined ? [0, period, -period] : [];
  if (place.yaw !== undefined) for (let k = -3; k <= 3; k++) turns.push(wrapped(wanted + k * period));
  const distinct = turns.filter((turn, index) => turns.findIndex((other) => Math.abs(other - turn) < 1e-3) === index);
  // A hand that ends turned far from how it started runs out of wrist.
  const cost = (turn: number) => Math.abs(turn);
  return distinct
    .sort((a, b) => cost(a) - cost(b))
    .map((turn) => ({ tool: quatMultiply(quatFromAxisAngle([0, 0, 1], turn), graspQuat), turn }));
}

function wrapped(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}

/** Picks a thing and puts it down at a place; throws when it cannot, with the hand empty. */
async function carry(name: string, place: Place): Promise<void> {
  const seen = await look(name);
  const thing = measure(seen);
  const grasp = await proposeGrasp(seen);
  await release();
  await reach(grasp.position, grasp.quatWxyz, 0.1);
  if (!(await grip())) throw new Error(`the gripper closed on nothing at the ${name}`);
  await reach(add(grasp.position, [0, 0, 0.12]), grasp.quatWxyz);
  const inContainer = place.supports.some((support) => HOLLOW.includes(support));
  const offset = subtract(grasp.position, thing.position);
  let failure: unknown;
  // Fingers that do not fit between the walls let go a little higher up; where the inside is not known, over the rim.
  for (const raise of inContainer ? [0.002, 0.01, 0.018, 0.03, 0.048, 0.06] : [0.001, 0.006, 0.012]) {
    for (const { tool, turn } of turnsFor(thing, grasp.quatWxyz, place)) {
      const [dx, dy, dz] = rotate(quatFromAxisAngle([0, 0, 1], turn), offset);
      const target: Vec3 = [place.x + dx, place.y + dy, place.floor + thing.height / 2 + dz + raise];
      try {
        await reach(target, tool, 0.1);
      } catch (error) {
        failure = error;
        continue;
      }
      // Among walls and neighbours the fingers open only as far as they must.
      await letGo(Math.min(0.08, (grasp.widthM ?? thing.sides[1]) + 0.016));
      notePlaced({
        ...seen,
        position: [place.x, place.y, place.floor + thing.height / 2],
        quatWxyz: quatMultiply(quatFromAxisAngle([0, 0, 1], turn), seen.quatWxyz),
      });
      await reach(add(target, [0, 0, 0.12]), tool);
      return;
    }
  }
  // No way in: the thing goes back to where it came from.
  await reach(add(grasp.position, [0, 0, 0.002]), grasp.quatWxyz, 0.1);
  await letGo(0.08);
  await reach(add(grasp.position, [0, 0, 0.12]), grasp.quatWxyz);
  throw failure;
}

/** Opens the hand; a short fall into a bowl is no accident. */
async function letGo(widthM: number): Promise<void> {
  try {
    await release(widthM);
  } catch (error) {
    if ((error as { code?: string }).code !== 'DROPPED') throw error;
  }
}

const MOST_FAILURES = 4;

async function rearrange(): Promise<void> {
  let failures = 0;
  // Every thing is moved aside at most once and to its place at most once, and a few moves may fail.
  for (let moves = 0; moves <= 2 * MOVABLE.length + MOST_FAILURES; moves++) {
    const world = await lookAround();
    const move = nextMove(world, makePlan(world));
    if (move === undefined) return;
    const { x, y, supports } = move.place;
    console.log(`${move.name} goes on ${supports.join(' and ')}, to x ${x.toFixed(3)}, y ${y.toFixed(3)}`);
    try {
      await carry(move.name, move.place);
    } catch (error) {
      console.log(`${move.name}: ${error instanceof Error ? error.message : error}`);
      if (++failures > MOST_FAILURES) throw error;
      await stepBack();
      await makeRoom(move.name);
    }
  }
  throw new Error('things do not stay where they are put');
}

/** A neighbour nearer than this can be in the way of the hand. */
const CLOSE = 0.09;

/** What stands so close that the fingers have no room goes elsewhere. */
async function makeRoom(name: string): Promise<void> {
  const world = await lookAround();
  const thing = block(world, name);
  const close = MOVABLE.filter((other) => other !== name && !burdenOf(world, name).includes(other))
    .filter((other) => burdenOf(world, other).length === 0 && !supportsOf(world, thing).includes(other))
    .map((other) => ({ other, away: awayFrom(thing, block(world, other).position) }))
    .filter(({ away }) => away < CLOSE)
    .sort((a, b) => a.away - b.away);
  for (const { other } of close) {
    const aside = sparePlace(world, new Map(), other);
    if (aside === undefined) continue;
    console.log(`${other} goes aside, to x ${aside.x.toFixed(3)}, y ${aside.y.toFixed(3)}`);
    try {
      await carry(other, aside);
      return;
    } catch (error) {
      console.log(`${other}: ${error instanceof Error ? error.message : error}`);
      await stepBack();
    }
  }
}

/** After a failed move: hand open and away from everything. */
async function stepBack(): Promise<void> {
  await letGo(0.08);
  await homePose();
}

/** What the goal wants in the hand at the end is taken last. */
async function finishHolding(): Promise<void> {
  const facts = alternatives(GOAL)[0].filter(({ kind, wanted }) => wanted && (kind === 'held' || kind === 'above'));
  const name = facts[0]?.args.object;
  if (name === undefined) return;
  const grasp = await proposeGrasp(await look(name));
  await release();
  await reach(grasp.position, grasp.quatWxyz, 0.1);
  if (!(await grip())) throw new Error(`the gripper closed on nothing at the ${name}`);
  const height = Math.max(0.05, ...facts.map(({ args }) => (args.heightM ?? 0) + 0.05));
  await reach(add(grasp.position, [0, 0, height]), grasp.quatWxyz);
}

await rearrange();
await finishHolding();
