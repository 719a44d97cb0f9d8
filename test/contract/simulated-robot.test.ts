import { describe } from 'vitest';
import { fastPacer } from '../../drivers/simulated/pacer.ts';
import { SimulatedRobot } from '../../drivers/simulated/simulated-robot.ts';
import { quatFromAxisAngle } from '../../sim/spatial.ts';
import { TaskWorld } from '../../sim/tasks/task-world.ts';
import { mujoco } from '../unit/sim-drive.ts';
import { HOME_RAD, LEFT_ARM, tableWith } from '../unit/sim-scenes.ts';
import { describeRobotContract } from './robot-contract.ts';

const oneArm = tableWith();
const twoArms = {
  ...oneArm,
  arms: [
    LEFT_ARM,
    {
      side: 'right' as const,
      worldFromBase: { position: [1.2, 0.2, 0] as const, quatWxyz: quatFromAxisAngle([0, 0, 1], Math.PI) },
      startJointsRad: HOME_RAD,
    },
  ],
};

describe('the simulated arm', () => {
  describeRobotContract('The simulated robot', () => new SimulatedRobot(new TaskWorld(mujoco, oneArm), fastPacer()));
  describeRobotContract(
    'The simulated robot with two arms',
    () => new SimulatedRobot(new TaskWorld(mujoco, twoArms), fastPacer()),
  );
});
