// "Pick up the <block> and place it <magnitude> to the <direction> of the <bowl>".
const A_LITTLE = 0.12;
const A_LOT = 0.22;

const instruction = await getInstruction();
const mentioned = (await getObjNames()).filter((name) => instruction.includes(name));
const block = mentioned.find((name) => name.endsWith('block')) ?? '';
const bowl = mentioned.find((name) => name.endsWith('bowl')) ?? '';
const direction = instruction.match(/to the (top|bottom|left|right) of/)?.[1];
const far = instruction.includes('a lot') ? A_LOT : A_LITTLE;

// Top is +x and left is +y.
const [x, y] = await getObjPos(bowl);
const dx = direction === 'top' ? far : direction === 'bottom' ? -far : 0;
const dy = direction === 'left' ? far : direction === 'right' ? -far : 0;
await putFirstOnSecond(block, [x + dx, y + dy]);
