// Lifts the pot by both handles from pixels: each hand takes its own, then both rise together in small steps.
import { add, mean } from 'capstan:math';

type Side = 'left' | 'right';
const CAMERA = { left: 'wrist', right: 'right wrist' } as const;
/** A handle is longer than that; what seems shorter is cut off by the edge of the picture. */
const WHOLE = 0.08;
const LOOK_FROM = 0.22;
const STEPS = 5;

/** How to take a handle. The camera on the hand sees it best; where it does not, the other one says where to go first. */
async function findGrasp(arm: Side, phrase: string): Promise<Pose> {
  let failure: unknown;
  for (let attempt = 1; attempt <= 3; attempt++) {
    try {
      const look = await getObservation({ camera: CAMERA[arm] });
      const [mask] = await segmentText(look.id, phrase);
      const { extent } = await orientedBoundingBox(await maskPoints(look.id, mask));
      if (Math.max(extent[0], extent[1]) > WHOLE || attempt > 1) {
        const [{ position, quatWxyz }] = await planGrasp(look.id, mask, { arm });
        return { position, quatWxyz };
      }
    } catch (error) {
      if (!(error instanceof PolicyError) || (error.stage !== 'perception' && error.stage !== 'grasp')) throw error;
      failure = error;
    }
    try {
      await goAbove(arm, phrase);
    } catch (error) {
      if (!(error instanceof PolicyError) || error.stage !== 'perception') throw error;
      // The hand itself hides the handle: higher up it sees more, and hides less.
      await moveBy([0, 0, 0.12], { arm });
    }
  }
  throw failure;
}

/** Brings the hand above what the scene camera sees. */
async function goAbove(arm: Side, phrase: string) {
  const look = await getObservation();
  const [mask] = await segmentText(look.id, phrase);
  const points = await maskPoints(look.id, mask);
  const [x, y, z] = [0, 1, 2].map((axis) => mean(points.map((point) => point[axis])));
  const { tool } = await getRobotState({ arm });
  await goTo(arm, { position: [x, y, z + LOOK_FROM], quatWxyz: tool.quatWxyz }, 0);
}

async function goTo(arm: Side, pose: Pose, approachM: number) {
  const way = await planMotion({ pose, approachM }, { arm });
  await executePlan(way.id);
}

/** Joint angles of both arms on the way up; undefined where an arm cannot reach. */
async function waysUp(grasps: Record<Side, Pose>, rise: Vec3) {
  const steps: Record<Side, Joints[]> = { left: [], right: [] };
  for (const arm of ['left', 'right'] as const) {
    let seedRad = (await getRobotState({ arm })).jointsRad;
    for (let step = 1; step <= STEPS; step++) {
      const share = step / STEPS;
      const position = add(grasps[arm].position, [rise[0] * share, rise[1] * share, rise[2] * share]);
      try {
        seedRad = await solveIk(position, grasps[arm].quatWxyz, { arm, seedRad });
      } catch (error) {
        if (error instanceof PolicyError && error.code === 'UNREACHABLE') return undefined;
        throw error;
      }
      steps[arm].push(seedRad);
    }
  }
  return steps;
}

const grasps = { left: await findGrasp('left', 'green handle'), right: await findGrasp('right', 'blue handle') };
for (const arm of ['left', 'right'] as const) await openGripper({ arm });
for (const arm of ['left', 'right'] as const) await goTo(arm, grasps[arm], 0.08);
for (const arm of ['left', 'right'] as const) {
  const grip = await closeGripper({ arm });
  if (!grip.holding) throw new Error(`the ${arm} hand closed on nothing`);
}

// Straight up where both arms can; else a little to one side, where the wrist that is near its limit has more room.
const RISES: Vec3[] = [
  [0, 0, 0.13],
  [0, 0.04, 0.13],
  [0, -0.04, 0.13],
  [0.04, 0, 0.13],
  [-0.04, 0, 0.13],
  [0, 0, 0.115],
];
let up: Record<Side, Joints[]> | undefined;
for (const rise of RISES) {
  up ??= await waysUp(grasps, rise);
}
if (up === undefined) throw new Error('no way up that both arms can reach');
for (let step = 0; step < STEPS; step++) {
  try {
    await moveArmsToJoints(up.left[step], up.right[step], { speedScale: 0.5 });
  } catch (error) {
    // The pot is stiff: where both hands hold it a little apart, neither ends exactly where it should.
    if (!(error instanceof PolicyError) || error.code !== 'NOT_REACHED') throw error;
  }
}
