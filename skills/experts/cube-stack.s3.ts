// Puts the red cube on the green cube, from pixels.
async function measure(phrase: string) {
  const look = await getObservation();
  const [mask] = await segmentText(look.id, phrase);
  const supportHeightM = await supportHeight(look.id, mask);
  const box = await orientedBoundingBox(await maskPoints(look.id, mask), { supportHeightM });
  return { look, mask, box, bottom: supportHeightM, top: box.position[2] + box.extent[2] / 2 };
}

async function goTo(position: [number, number, number], quatWxyz: [number, number, number, number], approachM: number) {
  const way = await planMotion({ pose: { position, quatWxyz }, approachM });
  await executePlan(way.id);
}

/** Takes hold of a thing; returns how far above its underside the fingertips hold it. */
async function pick(phrase: string) {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const { look, mask, bottom } = await measure(phrase);
    const [best] = await planGrasp(look.id, mask);
    await openGripper();
    await goTo(best.position, best.quatWxyz, 0.1);
    const grip = await closeGripper();
    if (grip.holding) return { quatWxyz: best.quatWxyz, height: best.position[2] - bottom };
    // Closed on nothing: out of the camera's way, then look again.
    await openGripper();
    await homePose();
  }
  throw new Error(`the gripper closed on nothing at the ${phrase}, three times`);
}

const green = await measure('green cube');
const held = await pick('red cube');
await moveBy([0, 0, 0.15]);
const [x, y] = green.box.position;
await goTo([x, y, green.top + held.height + 0.002], held.quatWxyz, 0.1);
await openGripper();
await moveBy([0, 0, 0.12]);
