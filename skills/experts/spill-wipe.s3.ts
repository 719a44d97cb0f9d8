// Wipes the brown spill off from pixels: strokes side by side over what is seen of it, then another look, until nothing
// is left.
const DOWN: Quat = [0, 1, 0, 0];
/** Width of the pad across the strokes, less what neighbouring strokes overlap. */
const STROKE_WIDTH = 0.09;
/** The fingers' place in the world is felt: this much force means contact, and so much deeper is a firm press. */
const TOUCH_N = 4;
const PRESS = 0.0015;
/** Out of the view of the scene camera. */
const ASIDE = [1.5, 0.2, 0, -2.6, 0, 2.8, 0.79];

async function goTo(position: Vec3, approachM: number) {
  const way = await planMotion({ pose: { position, quatWxyz: DOWN }, approachM });
  await executePlan(way.id);
}

/** Points of the spill that are seen, and the height of the table; undefined when the table is clean. */
async function look() {
  const view = await getObservation();
  try {
    const [mask] = await segmentText(view.id, 'brown spill');
    return { points: await maskPoints(view.id, mask), table: await supportHeight(view.id, mask) };
  } catch (error) {
    if (error instanceof PolicyError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

for (let pass = 0; pass < 4; pass++) {
  await moveToJoints(ASIDE);
  const seen = await look();
  if (seen === undefined) break;
  const { points, table } = seen;
  const ys = points.map((point) => point[1]);
  const low = Math.min(...ys);
  const strokes = Math.max(1, Math.ceil((Math.max(...ys) - low) / STROKE_WIDTH));
  const step = (Math.max(...ys) - low) / strokes;
  let z: number | undefined;
  for (let k = 0; k < strokes; k++) {
    const y = low + (k + 0.5) * step;
    const xs = points.filter((point) => Math.abs(point[1] - y) <= step / 2 + 0.01).map((point) => point[0]);
    if (xs.length === 0) continue;
    // There and back again: each stroke begins near the end of the one before.
    const ends = k % 2 === 0 ? [Math.min(...xs), Math.max(...xs)] : [Math.max(...xs), Math.min(...xs)];
    if (z === undefined) {
      await goTo([ends[0], y, table + 0.03], 0.05);
      await moveBy([0, 0, -0.05], { untilForceN: TOUCH_N });
      z = (await getRobotState()).tool.position[2] - PRESS;
    }
    await goTo([ends[0], y, z], 0);
    await goTo([ends[1], y, z], 0);
  }
  await moveBy([0, 0, 0.1]);
}
