// "Stack all the blocks": the tower grows on the block that stands closest to the middle of the table.
const middle = await denormalizeXy([0.5, 0.5]);
const blocks: { name: string; away: number }[] = [];
for (const name of (await getObjNames()).filter((one) => one.endsWith('block'))) {
  const [x, y] = await getObjPos(name);
  blocks.push({ name, away: (x - middle[0]) ** 2 + (y - middle[1]) ** 2 });
}
blocks.sort((a, b) => a.away - b.away);

for (let k = 1; k < blocks.length; k++) await putFirstOnSecond(blocks[k].name, blocks[k - 1].name);
