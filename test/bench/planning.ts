// Owns the figures of the motion planner: how often it finds a way among random things, by which kind of way, and how
// long it takes to.

import { performance } from 'node:perf_hooks';
import { ScenePlanner } from '../../drivers/simulated/scene-planner.ts';
import { PlanningFailure } from '../../sim/control/planning-failure.ts';
import { PlanningScene } from '../../sim/control/planning-scene.ts';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import { createRandomStream } from '../../sim/random.ts';
import type { Fixture, Scene } from '../../sim/scenes/scene.ts';
import { IDENTITY_POSE, NO_ROTATION, type Pose, quatFromAxisAngle, TOOL_DOWN, type Vec3 } from '../../sim/spatial.ts';
import { type Figure, percentile } from './figure.ts';

const HOME_RAD: readonly number[] = [0, 0.19634954, 0, -2.61799388, 0, 2.81434342, 0.78539816];
const TABLE_TOP_M = -0.112;
const WORLDS = 12;
const GOALS_PER_WORLD = 6;

const block = (name: string, [x, y]: readonly [number, number], size: Vec3): Fixture => ({
  name,
  size,
  pose: { position: [x, y, TABLE_TOP_M + size[2] / 2], quatWxyz: NO_ROTATION },
  colorSrgb: [0.8, 0.7, 0.6],
  friction: [1, 0.005, 0.0001],
});
const TABLE: Fixture = {
  ...block('table', [0.56, 0], [0.8, 0.8, 0.05]),
  pose: { position: [0.56, 0, TABLE_TOP_M - 0.025], quatWxyz: NO_ROTATION },
};

function clutter(key: number, arms: Scene['arms']): Scene {
  const random = createRandomStream(key, 'planning bench');
  const blocks = Array.from({ length: 5 }, (_, k) => {
    const y = random.uniform(0.15, 0.4) * (random.next() < 0.5 ? 1 : -1);
    const size: Vec3 = [random.uniform(0.03, 0.15), random.uniform(0.03, 0.1), random.uniform(0.1, 0.6)];
    return block(`block ${k}`, [random.uniform(0.3, 0.7), y], size);
  });
  return { arms, fixtures: [TABLE, ...blocks], props: [] };
}

interface Tally {
  readonly foundMs: number[];
  readonly refusedMs: number[];
  /** No free way was found to a goal that is free itself. */
  blocked: number;
}

async function timed(tally: Tally, ask: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  try {
    await ask();
    tally.foundMs.push(performance.now() - started);
  } catch (error) {
    if (!(error instanceof PlanningFailure)) throw error;
    tally.refusedMs.push(performance.now() - started);
    if (error.code === 'COLLISION_ON_THE_WAY') tally.blocked += 1;
  }
}

function figures(what: string, { foundMs, refusedMs, blocked }: Tally): Figure[] {
  const free = foundMs.length + blocked;
  return [
    {
      what: `${what}: goals that are free, and a way was found`,
      value: (100 * foundMs.length) / free,
      unit: '%',
      note: `${foundMs.length} of ${free}; ${refusedMs.length - blocked} goals were taken or out of reach`,
    },
    { what: `${what}: a way that was found, median`, value: percentile(foundMs, 0.5), unit: 'ms' },
    { what: `${what}: a way that was found, 95 of 100`, value: percentile(foundMs, 0.95), unit: 'ms' },
    { what: `${what}: the longest search of all`, value: Math.max(...foundMs, ...refusedMs), unit: 'ms' },
  ];
}

/** Random goals among blocks, one arm; then both arms to random goals over the same table. */
export async function measurePlanning(): Promise<readonly Figure[]> {
  const mujoco = await loadMujoco();
  const left = { side: 'left' as const, worldFromBase: IDENTITY_POSE, startJointsRad: HOME_RAD };
  const worldFromRight: Pose = { position: [1.1, 0, 0], quatWxyz: quatFromAxisAngle([0, 0, 1], Math.PI) };
  const right = { side: 'right' as const, worldFromBase: worldFromRight, startJointsRad: HOME_RAD };
  const one: Tally = { foundMs: [], refusedMs: [], blocked: 0 };
  const two: Tally = { foundMs: [], refusedMs: [], blocked: 0 };
  for (let world = 0; world < WORLDS; world++) {
    for (const arms of [[left], [left, right]]) {
      const scene = clutter(world, arms);
      const random = createRandomStream(world, 'planning goals');
      const planner = new ScenePlanner(new PlanningScene(mujoco, scene), () => ({
        arms: arms.map((arm) => ({ ...arm, referenceRad: HOME_RAD, restRad: HOME_RAD, widthM: 0.08 })),
        props: new Map(),
        held: [],
      }));
      const goal = (x: number) => ({
        kind: 'tool' as const,
        pose: {
          position: [x + random.uniform(-0.15, 0.2), random.uniform(-0.4, 0.4), random.uniform(0, 0.2)] as Vec3,
          quatWxyz: TOOL_DOWN,
        },
        approachM: 0.05,
      });
      for (let k = 0; k < GOALS_PER_WORLD; k++) {
        if (arms.length === 1) await timed(one, () => planner.planMove('left', goal(0.5)));
        else await timed(two, () => planner.planMoves({ left: goal(0.45), right: goal(0.65) }));
      }
      planner.dispose();
    }
  }
  return [...figures('one arm', one), ...figures('two arms', two)];
}
