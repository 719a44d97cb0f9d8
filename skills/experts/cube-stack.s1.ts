// Stacks the red cube on the green cube.
const LIFT = 0.2;

const red = await getObjectPose('red cube');
const green = await getObjectPose('green cube');

const grasp = await sampleGraspPose('red cube');
await openGripper();
await gotoPose(grasp.position, grasp.quatWxyz, { zApproach: 0.1 });
const grip = await closeGripper();
if (!grip.holding) throw new Error('the gripper closed on nothing');
const [x, y, z] = grasp.position;
await gotoPose([x, y, z + LIFT], grasp.quatWxyz);

// The cube hangs in the grip as far below the fingertips as it did when it stood on the table.
const greenTop = green.position[2] + green.extent[2] / 2;
const graspHeight = z - (red.position[2] - red.extent[2] / 2);
const placeZ = greenTop + graspHeight + 0.001;
await gotoPose([green.position[0], green.position[1], placeZ], grasp.quatWxyz, { zApproach: 0.1 });
await openGripper();
await gotoPose([green.position[0], green.position[1], placeZ + 0.12], grasp.quatWxyz);
