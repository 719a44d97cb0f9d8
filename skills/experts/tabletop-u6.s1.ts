// "Put all the blocks in a <line> line": of all lines that fit on the table, the one with the most room around its spots.
type Point = [number, number];

const SPACING = 0.08;
/** Bowls are wider than blocks by this much. */
const BOWL_WIDER = 0.055;

const instruction = await getInstruction();
const names = await getObjNames();
const [x0, y1] = await denormalizeXy([0, 0]);
const [x1, y0] = await denormalizeXy([1, 1]);

const things: { isBlock: boolean; at: Point }[] = [];
for (const name of names) things.push({ isBlock: name.endsWith('block'), at: await getObjPos(name) });
const blocks = names.filter((name) => name.endsWith('block'));

// Horizontal runs from left to right (along y), vertical from bottom to top (along x), diagonal at 45 degrees.
const slant = Math.sqrt(0.5);
const ways: Point[] = instruction.includes('horizontal')
  ? [[0, -1]]
  : instruction.includes('vertical')
    ? [[1, 0]]
    : [
        [slant, slant],
        [slant, -slant],
      ];

function spotsFrom([x, y]: Point, [dx, dy]: Point): Point[] {
  return blocks.map((_, k): Point => [x + k * SPACING * dx, y + k * SPACING * dy]);
}

/** Distance to the nearest thing, bowls taken for wider. */
function roomAt([x, y]: Point): number {
  return Math.min(
    ...things.map(({ isBlock, at }) => Math.sqrt((at[0] - x) ** 2 + (at[1] - y) ** 2) - (isBlock ? 0 : BOWL_WIDER)),
  );
}

let best: { room: number; spots: Point[] } = { room: 0, spots: [] };
for (const way of ways) {
  for (let x = x0 + 0.03; x < x1 - 0.02; x += 0.02) {
    for (let y = y0 + 0.02; y < y1 - 0.01; y += 0.02) {
      const spots = spotsFrom([x, y], way);
      const [endX, endY] = spots[spots.length - 1];
      if (endX > x1 - 0.02 || endY < y0 + 0.02 || endY > y1 - 0.02) continue;
      const room = Math.min(...spots.map(roomAt));
      if (room > best.room) best = { room, spots };
    }
  }
}
if (best.spots.length === 0) throw new Error('no line has room on this table');

for (let k = 0; k < blocks.length; k++) await putFirstOnSecond(blocks[k], best.spots[k]);
