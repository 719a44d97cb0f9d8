// Threads the purple nut on the brown square peg from pixels, held by its orange handle.
import {
  composePose,
  dot,
  invertPose,
  norm,
  quatFromAxisAngle,
  quatMultiply,
  rotate,
  subtract,
  yawOf,
} from 'capstan:math';

const LIFT = 0.25;

async function measure(phrase: string) {
  const look = await getObservation();
  const [mask] = await segmentText(look.id, phrase);
  const supportHeightM = await supportHeight(look.id, mask);
  const box = await orientedBoundingBox(await maskPoints(look.id, mask), { supportHeightM });
  return { look, mask, box };
}

async function goTo({ position, quatWxyz }: Pose, approachM: number) {
  const way = await planMotion({ pose: { position, quatWxyz }, approachM });
  await executePlan(way.id);
}

/** Takes the handle; returns where the fingertips hold it, and where the ring lay then. */
async function pick(): Promise<{ grasp: Pose; ring: Pose }> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const ring = await measure('purple nut');
    const { look, mask } = await measure('orange handle');
    const [best] = await planGrasp(look.id, mask);
    const grasp: Pose = { position: best.position, quatWxyz: best.quatWxyz };
    await openGripper();
    await goTo(grasp, 0.1);
    const grip = await closeGripper();
    if (grip.holding) return { grasp, ring: ring.box };
    // Closed on nothing: out of the camera's way, then look again.
    await openGripper();
    await homePose();
  }
  throw new Error('the gripper closed on nothing at the orange handle, three times');
}

const peg = (await measure('brown square peg')).box;
const { grasp, ring } = await pick();

// The fingers have centred the handle, and the middle of the ring lies straight on from it: along the tool's x axis.
const ahead = rotate(grasp.quatWxyz, [1, 0, 0]);
const reach = dot(subtract(ring.position, grasp.position), ahead);
const [gx, gy, gz] = grasp.position;
const hole: Pose = {
  position: [gx + reach * ahead[0], gy + reach * ahead[1], gz],
  quatWxyz: quatFromAxisAngle([0, 0, 1], Math.atan2(ahead[1], ahead[0])),
};
const holeFromTool = composePose(invertPose(hole), grasp);
await moveBy([0, 0, LIFT]);

// A square fits four ways: the handle toward the robot is the shortest reach.
const targets = [0, 1, 2, 3].map((quarter): Pose => {
  const turn = quatFromAxisAngle([0, 0, 1], yawOf(peg.quatWxyz) - yawOf(hole.quatWxyz) + (quarter * Math.PI) / 2);
  const aroundPeg: Pose = {
    position: [peg.position[0], peg.position[1], gz + 0.001],
    quatWxyz: quatMultiply(turn, hole.quatWxyz),
  };
  return composePose(aroundPeg, holeFromTool);
});
targets.sort((a, b) => norm(a.position) - norm(b.position));

// The nut starts its way down above the top of the peg.
const above = peg.position[2] + peg.extent[2] / 2 - gz + 0.04;
async function thread(): Promise<void> {
  let blocked: unknown;
  for (const target of targets) {
    try {
      await goTo(target, above);
      return;
    } catch (error) {
      // Nothing has moved when there was no way: the nut is turned by a quarter.
      if (!(error instanceof PolicyError) || error.stage !== 'planning') throw error;
      blocked = error;
    }
  }
  throw blocked;
}
await thread();
await openGripper();
await moveBy([0, 0, above]);
