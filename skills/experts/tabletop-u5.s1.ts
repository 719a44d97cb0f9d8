// "Pick up the <block> and place it in the corner <distance> to the <bowl>".
const instruction = await getInstruction();
const mentioned = (await getObjNames()).filter((name) => instruction.includes(name));
const block = mentioned.find((name) => name.endsWith('block')) ?? '';
const bowl = mentioned.find((name) => name.endsWith('bowl')) ?? '';
const [bowlX, bowlY] = await getObjPos(bowl);

const corners: { u: number; v: number; away: number }[] = [];
for (const u of [0, 1]) {
  for (const v of [0, 1]) {
    const [x, y] = await denormalizeXy([u, v]);
    corners.push({ u, v, away: (x - bowlX) ** 2 + (y - bowlY) ** 2 });
  }
}
corners.sort((a, b) => (instruction.includes('closest') ? a.away - b.away : b.away - a.away));

// A little inside the corner.
const [{ u, v }] = corners;
await putFirstOnSecond(block, await denormalizeXy([u === 0 ? 0.1 : 0.9, v === 0 ? 0.15 : 0.85]));
