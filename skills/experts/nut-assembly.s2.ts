// Threads the purple nut on the brown square peg, held by its orange handle, as the cameras see them.
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

const peg = await getObjectPose('brown square peg');
const ring = await getObjectPose('purple nut');
const grasp = await sampleGraspPose('orange handle');
await openGripper();
await gotoPose(grasp.position, grasp.quatWxyz, { zApproach: 0.1 });
const grip = await closeGripper();
if (!grip.holding) throw new Error('the gripper closed on nothing');

// The fingers have centred the handle, and the middle of the ring lies straight on from it: along the tool's x axis.
const ahead = rotate(grasp.quatWxyz, [1, 0, 0]);
const reach = dot(subtract(ring.position, grasp.position), ahead);
const [x, y, z] = grasp.position;
const hole: Pose = {
  position: [x + reach * ahead[0], y + reach * ahead[1], z],
  quatWxyz: quatFromAxisAngle([0, 0, 1], Math.atan2(ahead[1], ahead[0])),
};
const holeFromTool = composePose(invertPose(hole), { position: grasp.position, quatWxyz: grasp.quatWxyz });
await gotoPose([x, y, z + LIFT], grasp.quatWxyz);

// The nut lies as it lay on the table before, now around the peg. A square fits four ways: the handle toward the robot
// is the shortest reach.
const targets = [0, 1, 2, 3].map((quarter): Pose => {
  const turn = quatFromAxisAngle([0, 0, 1], yawOf(peg.quatWxyz) - yawOf(hole.quatWxyz) + (quarter * Math.PI) / 2);
  const worldFromHole: Pose = {
    position: [peg.position[0], peg.position[1], hole.position[2] + 0.001],
    quatWxyz: quatMultiply(turn, hole.quatWxyz),
  };
  return composePose(worldFromHole, holeFromTool);
});
targets.sort((a, b) => norm(a.position) - norm(b.position));

// The nut starts its way down above the top of the peg.
const above = peg.position[2] + peg.extent[2] / 2 - hole.position[2] + 0.03;
async function thread(): Promise<Pose> {
  let blocked: unknown;
  for (const target of targets) {
    try {
      await gotoPose(target.position, target.quatWxyz, { zApproach: above });
      return target;
    } catch (error) {
      // Nothing has moved when there was no way: the nut is turned by a quarter.
      if (!(error instanceof PolicyError) || error.stage !== 'planning') throw error;
      blocked = error;
    }
  }
  throw blocked;
}
const target = await thread();
await openGripper();
const [px, py, pz] = target.position;
await gotoPose([px, py, pz + above], target.quatWxyz);
