// Hands the hammer over: the left hand takes it close to its head, lifts it and offers the handle upright, half way
// between the arms; the right hand closes around the handle; the left hand lets go and draws back.
import { atan2, normalize, quatFromAxisAngle, quatMultiply, rad, rotate, scale, subtract } from 'capstan:math';

/** Left finger pads on the handle, this far from the head. */
const FROM_HEAD = 0.02;
const MEETING: Vec3 = [0.81, 0, 0.66];
/** Closer to its base than this an arm cannot lift straight up. */
const FREE_X = 0.36;

const handle = await getObjectPose('hammer handle');
const head = await getObjectPose('hammer head');
const along = normalize(subtract(handle.position, head.position));
const length = Math.max(...handle.extent);

const above = await sampleGraspPose('hammer handle', { arm: 'left' });
const grip = subtract(above.position, scale(along, length / 2 - FROM_HEAD));
await openGripper({ arm: 'left' });
await gotoPose(grip, above.quatWxyz, { arm: 'left', zApproach: 0.1 });
if (!(await closeGripper({ arm: 'left' })).holding) throw new Error('the left hand closed on nothing');
const lifted: Vec3 = [Math.max(grip[0], FREE_X), grip[1], grip[2] + 0.2];
await gotoPose(lifted, above.quatWxyz, { arm: 'left' });

// Turned so that the handle stands upright and the hand points at the right arm.
const straight = quatFromAxisAngle([0, 0, 1], -atan2(along[1], along[0]));
const upright = quatMultiply(quatFromAxisAngle([0, 1, 0], rad(-90)), straight);
const offer = quatMultiply(upright, above.quatWxyz);
await gotoPose(MEETING, offer, { arm: 'left' });

const taking = await sampleGraspPose('hammer handle', { arm: 'right' });
await openGripper({ arm: 'right' });
await gotoPose(taking.position, taking.quatWxyz, { arm: 'right', zApproach: 0.1 });
if (!(await closeGripper({ arm: 'right' })).holding) throw new Error('the right hand closed on nothing');

await openGripper({ arm: 'left' });
await gotoPose(subtract(MEETING, scale(rotate(offer, [0, 0, 1]), 0.12)), offer, { arm: 'left' });
