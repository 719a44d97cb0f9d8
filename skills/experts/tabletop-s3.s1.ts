// "Put all the blocks on the <corner or side>": side by side in rows, the spots at the edge first.
const instruction = await getInstruction();
const place = instruction.match(/(top|bottom) (left|right) corner|(top|bottom|left|right) side/)?.[0] ?? '';

// Shares of the width and depth of the table at which fingers pass between two blocks.
const STEP_U = 0.135;
const STEP_V = 0.2;
const nearEdge = { u: place.includes('left') ? 0.05 : 0.95, v: place.includes('top') ? 0.93 : 0.07 };
const inward = { u: place.includes('left') ? STEP_U : -STEP_U, v: place.includes('top') ? -STEP_V : STEP_V };

function spot(index: number): [number, number] {
  const [row, column] = [Math.floor(index / 2), index % 2];
  if (place.endsWith('corner')) return [nearEdge.u + row * inward.u, nearEdge.v + column * inward.v];
  // Along a side, from its middle outwards: 0, 1, -1, 2 ...
  const along = index % 2 === 0 ? -index / 2 : (index + 1) / 2;
  const isEnd = place.includes('top') || place.includes('bottom');
  return isEnd ? [0.5 + along * STEP_U, nearEdge.v] : [nearEdge.u, 0.5 + along * STEP_V];
}

const blocks = (await getObjNames()).filter((name) => name.endsWith('block'));
for (let k = 0; k < blocks.length; k++) await putFirstOnSecond(blocks[k], await denormalizeXy(spot(k)));
