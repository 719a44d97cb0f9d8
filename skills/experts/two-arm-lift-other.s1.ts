// The other goal of two-arm-lift: both hands carry the pot 10 cm to the left and set it down again.
const SHIFT = 0.1;
const LIFT = 0.04;
/** Lowered, the pot stands a hair above the table and falls onto its bottom. */
const GAP = 0.002;

const green = await sampleGraspPose('green handle', { arm: 'left' });
const blue = await sampleGraspPose('blue handle', { arm: 'right' });
const hands = [
  { arm: 'left', grasp: green },
  { arm: 'right', grasp: blue },
] as const;

for (const { arm, grasp } of hands) {
  await openGripper({ arm });
  await gotoPose(grasp.position, grasp.quatWxyz, { arm, zApproach: 0.08 });
}
for (const { arm } of hands) {
  if (!(await closeGripper({ arm })).holding) throw new Error(`the ${arm} hand closed on nothing`);
}

/** Both hands from where they took hold, by so much. */
async function carry(dy: number, dz: number) {
  const moved = ({ position: [x, y, z], quatWxyz }: Pose): Pose => ({ position: [x, y + dy, z + dz], quatWxyz });
  await gotoPoses(moved(green), moved(blue), { speedScale: 0.5 });
}
await carry(0, LIFT);
await carry(SHIFT, LIFT);
await carry(SHIFT, GAP);

for (const { arm, grasp } of hands) {
  await openGripper({ arm });
  const [x, y, z] = grasp.position;
  await gotoPose([x, y + SHIFT, z + 0.1], grasp.quatWxyz, { arm });
}
