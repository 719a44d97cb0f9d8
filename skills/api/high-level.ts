// Owns what the high-level functions do on a robot, at tier S1 with ground truth and at tier S2 with what was seen: every
// motion and grip goes through the permit of the gate. Must never know which of the two it serves.

import type { ArmSide } from '../../drivers/robot.ts';
import type { Pose } from '../../sim/spatial.ts';
import { PolicyError } from './errors.ts';
import type { GraspProposal } from './grasp-proposals.ts';
import { FULL_WIDTH_M, gripFunctions } from './grip.ts';
import type { HighLevelImplementation } from './implementation.ts';
import { armIndex, type MotionPorts, moveArm, moveArms, translated } from './motions.ts';
import type { FoundObject, SceneKnowledge } from './scene-knowledge.ts';

export interface HighLevelPorts extends MotionPorts {
  readonly scene: SceneKnowledge;
  readonly say: (text: string) => void;
}

/** Binds the functions to one permit: make a new one for every block. */
export function highLevelImplementation(ports: HighLevelPorts): Required<HighLevelImplementation> {
  const { permit, planner, scene } = ports;
  return {
    getObjectPose: async ({ name, options }, { signal }) => {
      const { pose, extent } = await scene.find(name, options?.arm ?? 'left', signal);
      return { position: pose.position, quatWxyz: pose.quatWxyz, extent };
    },

    sampleGraspPose: async ({ name, options }, { signal }) => {
      const arm = options?.arm ?? 'left';
      const object = await scene.find(name, arm, signal);
      return { ...(await freeGrasp({ planner, scene }, object, arm)) };
    },

    gotoPose: ({ position, quatWxyz, options }, call) =>
      moveArm(
        ports,
        options?.arm ?? 'left',
        { kind: 'tool', pose: { position, quatWxyz }, approachM: options?.zApproach ?? 0 },
        options?.speedScale ?? 1,
        call,
      ),

    gotoPoses: ({ left, right, options }, call) =>
      moveArms(
        ports,
        { left: { kind: 'tool', pose: left, approachM: 0 }, right: { kind: 'tool', pose: right, approachM: 0 } },
        options?.speedScale ?? 1,
        call,
      ),

    ...commonFunctions(ports),
    ...gripFunctions(ports, scene),

    say: async ({ text }) => ports.say(text),
    sleep: ({ seconds }, { signal }) => translated(() => permit.advance(seconds, signal)),
  };
}

/** The best grasp of a thing just found at which the open hand can stand. @throws PolicyError NO_GRASP */
export async function freeGrasp(
  { planner, scene }: Pick<HighLevelPorts, 'planner' | 'scene'>,
  object: FoundObject,
  arm: ArmSide,
): Promise<GraspProposal> {
  const proposals = await scene.grasps(object, arm);
  for (const proposal of proposals) {
    const pose: Pose = { position: proposal.position, quatWxyz: proposal.quatWxyz };
    if (await planner.isFree(arm, pose)) return proposal;
  }
  throw new PolicyError({
    code: 'NO_GRASP',
    stage: 'grasp',
    message:
      proposals.length === 0
        ? `"${object.name}" is too wide for the hand, which opens ${FULL_WIDTH_M} m. The arm is still.`
        : `Every grasp of "${object.name}" is blocked or out of reach. The arm is still.`,
    hint: 'Move what stands beside it out of the way first, or grasp it elsewhere with gotoPose.',
  });
}

/** Going home, the same in every tier. */
export function commonFunctions(ports: MotionPorts): Pick<HighLevelImplementation, 'homePose'> {
  return {
    homePose: ({ options }, call) => {
      const arm = options?.arm ?? 'left';
      return moveArm(ports, arm, { kind: 'joints', jointsRad: ports.homeJointsRad[armIndex(arm)] }, 1, call);
    },
  };
}
