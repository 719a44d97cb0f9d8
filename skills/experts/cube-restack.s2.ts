// Reverses the stack as the cameras see it: the green cube goes to a free place on the table, then the red cube onto it.
import { distance } from 'capstan:math';

type Point = [number, number, number];

async function pick(name: string) {
  const object = await getObjectPose(name);
  const grasp = await sampleGraspPose(name);
  await openGripper();
  await gotoPose(grasp.position, grasp.quatWxyz, { zApproach: 0.1 });
  const grip = await closeGripper();
  if (!grip.holding) throw new Error(`the gripper closed on nothing at the ${name}`);
  const [x, y, z] = grasp.position;
  await gotoPose([x, y, z + 0.2], grasp.quatWxyz);
  // How far the fingertips stand above the underside of what they hold.
  return { quatWxyz: grasp.quatWxyz, height: z - (object.position[2] - object.extent[2] / 2) };
}

async function place(held: { quatWxyz: [number, number, number, number]; height: number }, spot: Point) {
  const z = spot[2] + held.height + 0.001;
  await gotoPose([spot[0], spot[1], z], held.quatWxyz, { zApproach: 0.1 });
  await openGripper();
  await gotoPose([spot[0], spot[1], z + 0.12], held.quatWxyz);
}

const red = await getObjectPose('red cube');
const tableTop = red.position[2] - red.extent[2] / 2;

// Of a few places around, the one closest to the middle of the table that leaves room for the hand.
const candidates: Point[] = [
  [red.position[0], red.position[1] + 0.15, tableTop],
  [red.position[0], red.position[1] - 0.15, tableTop],
  [red.position[0] - 0.15, red.position[1], tableTop],
  [red.position[0] + 0.15, red.position[1], tableTop],
];
const middle: Point = [0.5, 0, tableTop];
candidates.sort((a, b) => distance(a, middle) - distance(b, middle));

await place(await pick('green cube'), candidates[0]);

// Looked at while the hand is out of the way: later it hides the green cube behind the red one.
await homePose();
const green = await getObjectPose('green cube');
const held = await pick('red cube');
await place(held, [green.position[0], green.position[1], green.position[2] + green.extent[2] / 2]);
