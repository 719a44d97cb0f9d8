// "Pick up the block <distance> to the <bowl> and place it on the <corner or side>".
const instruction = await getInstruction();
const names = await getObjNames();

const place = instruction.match(/(top|bottom) (left|right) corner|(top|bottom|left|right) side/)?.[0] ?? '';
const bowl = names.find((name) => name.endsWith('bowl') && instruction.includes(name)) ?? '';
const [bowlX, bowlY] = await getObjPos(bowl);

const blocks: { name: string; away: number }[] = [];
for (const name of names.filter((one) => one.endsWith('block'))) {
  const [x, y] = await getObjPos(name);
  blocks.push({ name, away: (x - bowlX) ** 2 + (y - bowlY) ** 2 });
}
blocks.sort((a, b) => (instruction.includes('closest') ? a.away - b.away : b.away - a.away));

const u = place.includes('left') ? 0.1 : place.includes('right') ? 0.9 : 0.5;
const v = place.includes('top') ? 0.85 : place.includes('bottom') ? 0.15 : 0.5;
await putFirstOnSecond(blocks[0].name, await denormalizeXy([u, v]));
