// The world of a preview above tier S1: what was perceived stands where it was seen, hangs together, stays in the hand that
// holds it, and a second block is previewed from there.

import { afterEach, describe, expect, it } from 'vitest';
import type { PerceivedScene, PerceivedThing } from '../../drivers/perceived-scene.ts';
import { perceivedWorld } from '../../drivers/simulated/perceived-world.ts';
import { PLAIN_RUN } from '../../electron/session/cell.ts';
import { readExpert } from '../../electron/session/installation.ts';
import { distance, type Pose, quatFromAxisAngle, rotate, type Vec3 } from '../../sim/spatial.ts';
import { homeJointsOf } from '../../sim/tasks/layout.ts';
import { TaskWorld } from '../../sim/tasks/task-world.ts';
import { checkedBlock, perceived, previewOf, withLiveCell } from './perceived-stand.ts';
import { loadTask, mujoco } from './sim-drive.ts';

const task = loadTask('cube-lift');
const TABLE_TOP_M = -0.112;
const SIDE_M = 0.04;
const GREY: Vec3 = [0.5, 0.5, 0.5];
const TICKS_PER_S = 100;

const open: TaskWorld[] = [];
afterEach(() => {
  for (const world of open.splice(0)) world.dispose();
});

function thing(name: string, pose: Pose, size: Vec3, more: Partial<PerceivedThing> = {}): PerceivedThing {
  const solids = [{ shape: { kind: 'box', size }, pose, colorSrgb: GREY }] as const;
  return { name, form: 'box', pose, size, uncertaintyM: 0.001, solids, places: [], ...more };
}

function at(position: Vec3, turnRad = 0): Pose {
  return { position, quatWxyz: quatFromAxisAngle([0, 0, 1], turnRad) };
}

function sceneOf(
  things: readonly PerceivedThing[],
  hand: { readonly widthM: number; readonly holding: boolean } = { widthM: 0.08, holding: false },
): PerceivedScene {
  const [jointPositionsRad] = homeJointsOf(task);
  return {
    supports: [{ name: 'table', pose: at([0.55, 0, TABLE_TOP_M - 0.02]), size: [0.8, 1.2, 0.04], colorSrgb: GREY }],
    things,
    marks: [],
    meant: [],
    arms: [{ jointPositionsRad: [...jointPositionsRad], gripperWidthM: hand.widthM, holding: hand.holding }],
    looks: [],
    timeS: 0,
  };
}

/** The world after so many seconds in which nothing was commanded. */
function worldAfter(seconds: number, scene: PerceivedScene): TaskWorld {
  const world = new TaskWorld(mujoco, perceivedWorld(task, scene));
  open.push(world);
  for (let tick = 0; tick < seconds * TICKS_PER_S; tick++) world.tick();
  return world;
}

function placeOf(world: TaskWorld, name: string): Pose {
  const state = world.prop(name);
  if (state === undefined) throw new Error(`there is no ${name}`);
  return state.pose;
}

describe('what was perceived, as a world', () => {
  it('stands where it was seen, also when it was measured a millimetre too high or too low', () => {
    for (const offM of [-0.001, 0, 0.001]) {
      const seen = at([0.5, 0.1, TABLE_TOP_M + SIDE_M / 2 + offM], 0.4);
      const world = worldAfter(1, sceneOf([thing('red cube', seen, [SIDE_M, SIDE_M, SIDE_M])]));
      const now = placeOf(world, 'red cube');
      expect(distance(now.position, seen.position)).toBeLessThan(0.002);
      expect(world.propsRest).toBe(true);
    }
  });

  it('stands on other things as it was seen to', () => {
    const below = at([0.5, 0.1, TABLE_TOP_M + 0.03]);
    const above = at([0.5, 0.1, TABLE_TOP_M + 0.06 + SIDE_M / 2]);
    const scene = sceneOf([
      thing('green cube', below, [0.06, 0.06, 0.06]),
      thing('red cube', above, [SIDE_M, SIDE_M, SIDE_M]),
    ]);
    const world = worldAfter(1, scene);
    expect(distance(placeOf(world, 'red cube').position, above.position)).toBeLessThan(0.002);
    expect(distance(placeOf(world, 'green cube').position, below.position)).toBeLessThan(0.002);
  });

  it('is one body where its pieces were taken for one thing, each at its place', () => {
    const turnRad = 0.7;
    const size: Vec3 = [0.16, 0.05, 0.03];
    const body = at([0.5, 0, TABLE_TOP_M + 0.015], turnRad);
    const pieceAt = (along: number): Pose => {
      const [x, y, z] = rotate(body.quatWxyz, [along, 0, 0]);
      return { position: [0.5 + x, y, TABLE_TOP_M + 0.015 + z], quatWxyz: body.quatWxyz };
    };
    const handle = pieceAt(-0.03);
    const head = pieceAt(0.055);
    const hammer = thing('hammer', body, size, {
      solids: [
        { shape: { kind: 'box', size: [0.1, 0.02, 0.02] }, pose: handle, colorSrgb: GREY, place: 'handle' },
        { shape: { kind: 'box', size: [0.05, 0.05, 0.03] }, pose: head, colorSrgb: GREY },
      ],
      places: [{ name: 'handle', pose: handle, size: [0.1, 0.02, 0.02] }],
    });
    const scene = perceivedWorld(task, sceneOf([hammer]));
    expect(scene.props.map(({ name, parts }) => [name, parts?.length])).toEqual([['hammer', 2]]);
    const [first] = scene.props[0].parts ?? [];
    expect(distance(first.bodyFromPart.position, [-0.03, 0, 0])).toBeLessThan(1e-9);
    const world = worldAfter(1, sceneOf([hammer]));
    const apartBefore = distance(handle.position, body.position);
    const place = world.thing('handle')?.pose.position ?? [0, 0, 0];
    expect(Math.abs(distance(place, placeOf(world, 'hammer').position) - apartBefore)).toBeLessThan(0.001);
  });

  it('is a fastened post where it is far higher than wide, unless a hand holds it', () => {
    const pole = at([0.5, 0.2, TABLE_TOP_M + 0.1]);
    const size: Vec3 = [0.02, 0.02, 0.2];
    const standing = perceivedWorld(task, sceneOf([thing('peg', pole, size)]));
    expect(standing.fixtures.map(({ name }) => name)).toContain('peg');
    expect(standing.props).toEqual([]);
    const held = perceivedWorld(task, sceneOf([thing('peg', pole, size, { heldBy: 'left' })]));
    expect(held.props.map(({ name }) => name)).toEqual(['peg']);
  });

  it('stays in the hand that was seen to hold it', () => {
    const empty = worldAfter(0, sceneOf([]));
    const tool = empty.tool(0);
    const cube = thing('red cube', tool, [SIDE_M, SIDE_M, SIDE_M], { heldBy: 'left' });
    const world = worldAfter(1, sceneOf([cube], { widthM: SIDE_M, holding: true }));
    expect(world.heldProp(0)).toBe('red cube');
    expect(distance(placeOf(world, 'red cube').position, tool.position)).toBeLessThan(0.005);
  });
});

describe('the preview of a second block', () => {
  it('begins with what the first one left in the hand', { timeout: 300_000 }, async () => {
    await withLiveCell(task, 3, 'S3', async (cell) => {
      const lift = await checkedBlock(task, 'S3', readExpert('cube-lift', 'S3').source);
      const offer = cell.gate.offer(await cell.claims(lift, PLAIN_RUN));
      cell.gate.approve(offer.id, offer.digest, { kind: 'automatic', name: 'test' });
      expect((await cell.run(lift, offer.id, PLAIN_RUN)).status).toBe('finished');
      const start = await perceived(cell);
      expect(start.perceived.things.filter(({ heldBy }) => heldBy === 'left')).toHaveLength(1);
      const block = await checkedBlock(task, 'S3', 'await moveBy([0, 0, -0.08]);\n');
      const facts = await previewOf(task, 'S3', block, start);
      expect(facts).toMatchObject({ outcome: 'passed', world: 'perceived' });
      const [held] = (facts.things ?? []).filter(({ heldBy }) => heldBy === 'left');
      expect(held.from[2] - held.to[2]).toBeGreaterThan(0.07);
      expect(held.from[2] - held.to[2]).toBeLessThan(0.09);
    });
  });
});
