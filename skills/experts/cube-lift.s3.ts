// Lifts the red cube, from pixels.
async function grasp(phrase: string) {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const look = await getObservation();
    const [mask] = await segmentText(look.id, phrase);
    const [best] = await planGrasp(look.id, mask);
    await openGripper();
    const way = await planMotion({ pose: { position: best.position, quatWxyz: best.quatWxyz }, approachM: 0.1 });
    await executePlan(way.id);
    const grip = await closeGripper();
    if (grip.holding) return;
    // Closed on nothing: out of the camera's way, then look again.
    await openGripper();
    await homePose();
  }
  throw new Error(`the gripper closed on nothing at the ${phrase}, three times`);
}

await grasp('red cube');
await moveBy([0, 0, 0.15]);
