// Wipes the brown spill off as the cameras see it, in strokes along the spill, the pad pressed into the table.
import { rotate } from 'capstan:math';

const DOWN: Quat = [0, 1, 0, 0];
/** Width of the pad across the strokes, less what neighbouring strokes overlap. */
const STROKE_WIDTH = 0.09;
/** Strokes go this far beyond what was seen. */
const BEYOND = 0.01;
/** 5 N a millimetre: enough for a table that was measured a little too high, and gentle where it was not. */
const PRESS = 0.0035;

for (let pass = 0; pass < 4; pass++) {
  await homePose();
  const left = await findSpill();
  if (left === undefined) break;
  const { position, quatWxyz, extent } = left;
  const strokes = Math.max(1, Math.ceil(extent[1] / STROKE_WIDTH));
  const step = extent[1] / strokes;
  /** A point of the table, from the middle of the spill along its own sides. */
  const at = (along: number, across: number): Vec3 => {
    const [dx, dy] = rotate(quatWxyz, [along, across, 0]);
    return [position[0] + dx, position[1] + dy, position[2] - PRESS];
  };
  for (let k = 0; k < strokes; k++) {
    // There and back again: each stroke begins at the end of the one before.
    const ahead = (k % 2 === 0 ? 1 : -1) * (extent[0] / 2 + BEYOND);
    const across = (k + 0.5) * step - extent[1] / 2;
    await gotoPose(at(-ahead, across), DOWN, { zApproach: k === 0 ? 0.08 : 0 });
    await gotoPose(at(ahead, across), DOWN);
  }
  const [x, y, z] = position;
  await gotoPose([x, y, z + 0.1], DOWN);
}

async function findSpill() {
  try {
    return await getObjectPose('brown spill');
  } catch (error) {
    if (error instanceof PolicyError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}
