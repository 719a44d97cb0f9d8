// Lifts the pot by both handles, level: each hand takes its own, then both rise together.
const LIFT = 0.15;

const green = await sampleGraspPose('green handle', { arm: 'left' });
const blue = await sampleGraspPose('blue handle', { arm: 'right' });
await openGripper({ arm: 'left' });
await openGripper({ arm: 'right' });
await gotoPose(green.position, green.quatWxyz, { arm: 'left', zApproach: 0.08 });
await gotoPose(blue.position, blue.quatWxyz, { arm: 'right', zApproach: 0.08 });

for (const arm of ['left', 'right'] as const) {
  const grip = await closeGripper({ arm });
  if (!grip.holding) throw new Error(`the ${arm} hand closed on nothing`);
}

function raised({ position: [x, y, z], quatWxyz }: Pose): Pose {
  return { position: [x, y, z + LIFT], quatWxyz };
}
await gotoPoses(raised(green), raised(blue), { speedScale: 0.5 });
