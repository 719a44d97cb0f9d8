// "Pick up the <nth> block from the <direction> and place it on the <corner or side>".
const ORDINALS = ['first', 'second', 'third', 'fourth'];

const instruction = await getInstruction();
const nth = ORDINALS.findIndex((word) => instruction.includes(word));
const direction = instruction.match(/from the (top|bottom|left|right)/)?.[1];
const place = instruction.match(/(top|bottom) (left|right) corner|(top|bottom|left|right) side/)?.[0] ?? '';

// How far a block lies in the direction that is counted from: top is +x, left is +y.
const blocks: { name: string; ahead: number }[] = [];
for (const name of (await getObjNames()).filter((one) => one.endsWith('block'))) {
  const [x, y] = await getObjPos(name);
  blocks.push({ name, ahead: direction === 'top' ? x : direction === 'bottom' ? -x : direction === 'left' ? y : -y });
}
blocks.sort((a, b) => b.ahead - a.ahead);

const u = place.includes('left') ? 0.1 : place.includes('right') ? 0.9 : 0.5;
const v = place.includes('top') ? 0.85 : place.includes('bottom') ? 0.15 : 0.5;
await putFirstOnSecond(blocks[nth].name, await denormalizeXy([u, v]));
