// "Put all the blocks in the bowls with matching colors".
for (const block of (await getObjNames()).filter((name) => name.endsWith('block'))) {
  const bowl = block.replace('block', 'bowl');
  if (await isObjVisible(bowl)) await putFirstOnSecond(block, bowl);
  else await say(`there is no ${bowl} for the ${block}`);
}
