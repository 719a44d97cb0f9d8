// Lifts the pot by both handles as the cameras see them, level: each hand takes its own, then both rise together.
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

// Straight up where both arms can; else a little to one side, where the wrist that is near its limit has more room.
const WAYS: Vec3[] = [
  [0, 0, 0.13],
  [0, 0.04, 0.13],
  [0, -0.04, 0.13],
  [0.04, 0, 0.13],
  [-0.04, 0, 0.13],
  [0, 0, 0.115],
];

async function lift(): Promise<void> {
  let failure: unknown;
  for (const [dx, dy, dz] of WAYS) {
    const raised = ({ position: [x, y, z], quatWxyz }: Pose): Pose => ({
      position: [x + dx, y + dy, z + dz],
      quatWxyz,
    });
    try {
      await gotoPoses(raised(green), raised(blue), { speedScale: 0.5 });
      return;
    } catch (error) {
      // The pot is stiff: where both hands hold it a little apart, neither ends exactly where it should.
      if (error instanceof PolicyError && error.code === 'NOT_REACHED') return;
      // Only where no motion was found has nothing moved.
      if (!(error instanceof PolicyError) || error.stage !== 'planning') throw error;
      failure = error;
    }
  }
  throw failure;
}
await lift();
