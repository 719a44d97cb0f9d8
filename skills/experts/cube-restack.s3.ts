// Reverses the stack from pixels: the green cube goes to a free place on the table, then the red cube onto it.
type Point = [number, number, number];
type Turn = [number, number, number, number];

async function measure(phrase: string) {
  const look = await getObservation();
  const [mask] = await segmentText(look.id, phrase);
  const points = await maskPoints(look.id, mask);
  return { look, mask, points };
}

async function goTo(position: Point, quatWxyz: Turn, approachM: number) {
  const way = await planMotion({ pose: { position, quatWxyz }, approachM });
  await executePlan(way.id);
}

/** Takes hold of a thing that stands on `bottom`; returns how far above its underside the fingertips hold it. */
async function pick(phrase: string, bottom: number) {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const { look, mask } = await measure(phrase);
    const [best] = await planGrasp(look.id, mask);
    await openGripper();
    await goTo(best.position, best.quatWxyz, 0.1);
    const grip = await closeGripper();
    if (grip.holding) {
      await moveBy([0, 0, 0.15]);
      return { quatWxyz: best.quatWxyz, height: best.position[2] - bottom };
    }
    // Closed on nothing: out of the camera's way, then look again.
    await openGripper();
    await homePose();
  }
  throw new Error(`the gripper closed on nothing at the ${phrase}, three times`);
}

async function place(held: { quatWxyz: Turn; height: number }, [x, y, z]: Point) {
  await goTo([x, y, z + held.height + 0.002], held.quatWxyz, 0.1);
  await openGripper();
  await moveBy([0, 0, 0.12]);
}

// The red cube stands on the table, the green one on it: half of the way from the table to the top is the border.
const green = await measure('green cube');
const table = await supportHeight(green.look.id, green.mask);
const tower = await orientedBoundingBox(green.points, { supportHeightM: table });
const top = tower.position[2] + tower.extent[2] / 2;
const border = (top + table) / 2;

// Of four places around, the one closest to the middle of the table.
const [x, y] = tower.position;
const places: Point[] = [
  [x, y + 0.15, table],
  [x, y - 0.15, table],
  [x - 0.15, y, table],
  [x + 0.15, y, table],
];
const away = ([px, py]: Point) => Math.abs(px - 0.5) + Math.abs(py);
places.sort((a, b) => away(a) - away(b));

await place(await pick('green cube', border), places[0]);

// Looked at while the hand is out of the way: later it hides the green cube behind the red one.
await homePose();
const moved = await measure('green cube');
const stand = await orientedBoundingBox(moved.points, { supportHeightM: table });
const held = await pick('red cube', table);
await place(held, [stand.position[0], stand.position[1], stand.position[2] + stand.extent[2] / 2]);
