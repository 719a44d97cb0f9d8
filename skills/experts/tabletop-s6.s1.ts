// "Pick up the block to the <direction> of the <bowl> and place it on the <corner or side>".
const instruction = await getInstruction();
const names = await getObjNames();

const direction = instruction.match(/to the (top|bottom|left|right) of/)?.[1];
const place = instruction.match(/(top|bottom) (left|right) corner|(top|bottom|left|right) side/)?.[0] ?? '';
const bowl = names.find((name) => name.endsWith('bowl') && instruction.includes(name)) ?? '';
const [bowlX, bowlY] = await getObjPos(bowl);

// Top is +x and left is +y: the block that lies farthest that way, seen from the bowl.
let meant = { name: '', offset: 0 };
for (const name of names.filter((one) => one.endsWith('block'))) {
  const [x, y] = await getObjPos(name);
  const [ahead, aside] = [x - bowlX, y - bowlY];
  const offset = direction === 'top' ? ahead : direction === 'bottom' ? -ahead : direction === 'left' ? aside : -aside;
  if (offset > meant.offset) meant = { name, offset };
}
if (meant.name === '') throw new Error(`no block lies to the ${direction} of the ${bowl}`);

const u = place.includes('left') ? 0.1 : place.includes('right') ? 0.9 : 0.5;
const v = place.includes('top') ? 0.85 : place.includes('bottom') ? 0.15 : 0.5;
await putFirstOnSecond(meant.name, await denormalizeXy([u, v]));
