// "Pick up the <block> and place it on the <block or bowl>": the first thing the sentence names goes on the second.
const instruction = await getInstruction();
const names = await getObjNames();

const [object, target] = names
  .filter((name) => instruction.includes(name))
  .sort((a, b) => instruction.indexOf(a) - instruction.indexOf(b));

await putFirstOnSecond(object, target);
