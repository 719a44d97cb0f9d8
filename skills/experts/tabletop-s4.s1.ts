// "Put the blocks in the <bowl>".
const instruction = await getInstruction();
const names = await getObjNames();

const bowl = names.find((name) => name.endsWith('bowl') && instruction.includes(name));
if (bowl === undefined) throw new Error(`no bowl of this table is meant by: ${instruction}`);
for (const block of names.filter((name) => name.endsWith('block'))) await putFirstOnSecond(block, bowl);
