// "Put all the blocks in different corners": each goes to the nearest corner that is left.
const corners: [number, number][] = [];
for (const u of [0.08, 0.92]) for (const v of [0.1, 0.9]) corners.push(await denormalizeXy([u, v]));

for (const block of (await getObjNames()).filter((name) => name.endsWith('block'))) {
  const [x, y] = await getObjPos(block);
  const away = ([cx, cy]: [number, number]) => (cx - x) ** 2 + (cy - y) ** 2;
  corners.sort((a, b) => away(a) - away(b));
  const corner = corners.shift();
  if (corner === undefined) throw new Error('there are more blocks than corners');
  await putFirstOnSecond(block, corner);
}
