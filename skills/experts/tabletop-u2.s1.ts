// "Put the blocks in the bowls with mismatched colors": every block into the bowl of the next block's colour.
const names = await getObjNames();
const blocks = names.filter((name) => name.endsWith('block'));
const bowls = names.filter((name) => name.endsWith('bowl'));

// Bowls in the order of the blocks, so that one step further is another colour.
const colorOf = (name: string) => name.split(' ')[0];
const inOrder = [...blocks.map(colorOf).map((color) => `${color} bowl`), ...bowls].filter(
  (bowl, index, all) => bowls.includes(bowl) && all.indexOf(bowl) === index,
);
for (let k = 0; k < blocks.length; k++) {
  const bowl = [...inOrder.slice(k + 1), ...inOrder].find((one) => colorOf(one) !== colorOf(blocks[k]));
  if (bowl === undefined) throw new Error(`every bowl has the color of the ${blocks[k]}`);
  await putFirstOnSecond(blocks[k], bowl);
}
