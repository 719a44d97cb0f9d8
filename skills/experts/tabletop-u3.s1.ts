// "Stack all the blocks on the <corner or side>": the first block goes there, each other one on the one before.
const instruction = await getInstruction();
const place = instruction.match(/(top|bottom) (left|right) corner|(top|bottom|left|right) side/)?.[0] ?? '';
const u = place.includes('left') ? 0.1 : place.includes('right') ? 0.9 : 0.5;
const v = place.includes('top') ? 0.85 : place.includes('bottom') ? 0.15 : 0.5;

const [first, ...others] = (await getObjNames()).filter((name) => name.endsWith('block'));
await putFirstOnSecond(first, await denormalizeXy([u, v]));
let below = first;
for (const block of others) {
  await putFirstOnSecond(block, below);
  below = block;
}
