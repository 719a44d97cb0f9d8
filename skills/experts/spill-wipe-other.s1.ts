// The other goal of spill-wipe, which ends over the middle of the table: wipes the spill off in parallel strokes, the pad pressed 2 mm into the table: about 10 N.
import type { Vec3 } from 'capstan:math';

const DOWN: [number, number, number, number] = [0, 1, 0, 0];
// Width of the pad across the strokes, less what neighbouring strokes overlap.
const STROKE_WIDTH = 0.1;
const PRESS = 0.002;

// A second pass only where something is left.
for (let pass = 0; pass < 3; pass++) {
  const left = await findSpill();
  if (left === undefined) break;
  const { position, extent } = left;
  const z = position[2] - PRESS;
  const strokes = Math.max(1, Math.ceil(extent[1] / STROKE_WIDTH));
  const y0 = position[1] - ((strokes - 1) * STROKE_WIDTH) / 2;
  for (let k = 0; k < strokes; k++) {
    // There and back again: each stroke begins at the end of the one before.
    const ahead = k % 2 === 0 ? 1 : -1;
    const y = y0 + k * STROKE_WIDTH;
    const from: Vec3 = [position[0] - (ahead * extent[0]) / 2, y, z];
    const to: Vec3 = [position[0] + (ahead * extent[0]) / 2, y, z];
    await gotoPose(from, DOWN, { zApproach: k === 0 ? 0.08 : 0 });
    await gotoPose(to, DOWN);
  }
  const [x, y] = [position[0], position[1]];
  await gotoPose([x, y, z + 0.1], DOWN);
}

await gotoPose([0.56, 0, 0.2], DOWN);

async function findSpill() {
  try {
    return await getObjectPose('brown spill');
  } catch (error) {
    if (error instanceof PolicyError && error.code === 'UNKNOWN_OBJECT') return undefined;
    throw error;
  }
}
