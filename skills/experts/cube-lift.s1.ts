// Picks the red cube up and holds it 0.2 m higher.
const grasp = await sampleGraspPose('red cube');
await openGripper();
await gotoPose(grasp.position, grasp.quatWxyz, { zApproach: 0.1 });

const grip = await closeGripper();
if (!grip.holding) throw new Error('the gripper closed on nothing');

const [x, y, z] = grasp.position;
await gotoPose([x, y, z + 0.2], grasp.quatWxyz);
