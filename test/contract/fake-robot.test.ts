import { FakeRobot } from '../../drivers/fake/fake-robot.ts';
import { describeRobotContract } from './robot-contract.ts';

describeRobotContract('The fake robot', () => new FakeRobot());
describeRobotContract('The fake robot with two arms', () => new FakeRobot({ arms: 2 }));
