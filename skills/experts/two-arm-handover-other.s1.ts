// The other goal of two-arm-handover: the left hand takes the hammer by its handle, close to the head, and holds it up.
import { normalize, scale, subtract } from 'capstan:math';

/** Finger pads on the handle, this far from the head. */
const FROM_HEAD = 0.02;
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
await gotoPose([Math.max(grip[0], FREE_X), grip[1], grip[2] + 0.2], above.quatWxyz, { arm: 'left' });
