// Hands the hammer over from pixels: the left hand takes it close to its head, lifts it and offers the handle upright,
// half way between the arms; the right hand closes around the handle; the left hand lets go and draws back.
import { add, atan2, quatFromAxisAngle, quatMultiply, rad, rotate, scale } from 'capstan:math';

/** Left finger pads on the handle, this far from the head; the right hand keeps this far away from them. */
const FROM_HEAD = 0.02;
const APART = 0.05;
const MEETING: Vec3 = [0.81, 0, 0.66];
/** Closer to its base than this an arm cannot lift straight up. */
const FREE_X = 0.36;
/** The right hand points at the left arm, its fingers on both sides of what stands upright: either way round. */
const TAKING: Quat[] = [
  [Math.SQRT1_2, 0, -Math.SQRT1_2, 0],
  [0, Math.SQRT1_2, 0, Math.SQRT1_2],
];

async function goTo(arm: 'left' | 'right', pose: Pose, approachM: number) {
  const way = await planMotion({ pose, approachM }, { arm });
  await executePlan(way.id);
}

/** The handle on the table: its middle, the direction away from the head, its length, and how to take it. */
async function measure() {
  const look = await getObservation();
  const [mask] = await segmentText(look.id, 'brown handle');
  const supportHeightM = await supportHeight(look.id, mask);
  const { position, quatWxyz, extent } = await orientedBoundingBox(await maskPoints(look.id, mask), { supportHeightM });
  const [grasp] = await planGrasp(look.id, mask, { arm: 'left' });
  const side = rotate(quatWxyz, extent[0] > extent[1] ? [1, 0, 0] : [0, 1, 0]);
  // The handle points away from the left arm.
  const along = side[0] > 0 ? side : scale(side, -1);
  return { middle: position, along, length: Math.max(extent[0], extent[1]), grasp };
}

async function pick() {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const { middle, along, length, grasp } = await measure();
    const [x, y] = add(middle, scale(along, FROM_HEAD - length / 2));
    const grip: Pose = { position: [x, y, grasp.position[2]], quatWxyz: grasp.quatWxyz };
    await openGripper({ arm: 'left' });
    await goTo('left', grip, 0.1);
    if ((await closeGripper({ arm: 'left' })).holding) return { grip, along, length };
    // Closed on nothing: out of the camera's way, then look again.
    await openGripper({ arm: 'left' });
    await homePose({ arm: 'left' });
  }
  throw new Error('the left hand closed on nothing, three times');
}

const { grip, along, length } = await pick();
const [x, y, z] = grip.position;
await goTo('left', { position: [Math.max(x, FREE_X), y, z + 0.2], quatWxyz: grip.quatWxyz }, 0);

// Turned so that the handle stands upright and the hand points at the right arm.
const straight = quatFromAxisAngle([0, 0, 1], -atan2(along[1], along[0]));
const upright = quatMultiply(quatFromAxisAngle([0, 1, 0], rad(-90)), straight);
await goTo('left', { position: MEETING, quatWxyz: quatMultiply(upright, grip.quatWxyz) }, 0);

// Half way up what stands free of the handle, but clear of the left fingers.
const free = length - FROM_HEAD;
const taking: Vec3 = add(MEETING, [0, 0, Math.max(free / 2, Math.min(APART, free - FROM_HEAD))]);
async function take(): Promise<void> {
  let blocked: unknown;
  for (const quatWxyz of TAKING) {
    try {
      await goTo('right', { position: taking, quatWxyz }, 0.1);
      return;
    } catch (error) {
      // Nothing has moved when there was no way: the hand is turned by half a turn.
      if (!(error instanceof PolicyError) || error.stage !== 'planning') throw error;
      blocked = error;
    }
  }
  throw blocked;
}
await openGripper({ arm: 'right' });
await take();
if (!(await closeGripper({ arm: 'right' })).holding) throw new Error('the right hand closed on nothing');

await openGripper({ arm: 'left' });
await moveBy([0, 0, -0.12], { arm: 'left', frame: 'tool' });
