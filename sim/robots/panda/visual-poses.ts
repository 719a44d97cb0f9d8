// Owns where the bodies of one arm stand for given joints and gripper opening, without the physics engine.
// Must never know of shapes.

import { compose, IDENTITY_POSE, type Pose } from '../../spatial.ts';
import { createLinkFrames, FINGER_OFFSET_M, forwardKinematics, framePose, HAND_FRAME } from './kinematics.ts';
import type { PandaFrame } from './visual-part.ts';

/**
 * Poses of all visual frames.
 * @param joints radians, length 7
 * @param gripperWidthM opening between the pads, metres, 0..0.08
 * @param worldFromBase where the arm stands
 */
export function pandaBodyPoses(
  joints: ArrayLike<number>,
  gripperWidthM: number,
  worldFromBase: Pose = IDENTITY_POSE,
): ReadonlyMap<PandaFrame, Pose> {
  const frames = createLinkFrames();
  forwardKinematics(joints, frames);
  const poses = new Map<PandaFrame, Pose>([['link0', worldFromBase]]);
  const names: readonly PandaFrame[] = ['link1', 'link2', 'link3', 'link4', 'link5', 'link6', 'link7'];
  names.forEach((name, index) => {
    poses.set(name, compose(worldFromBase, framePose(frames, index)));
  });
  const worldFromHand = compose(worldFromBase, framePose(frames, HAND_FRAME));
  poses.set('hand', worldFromHand);
  const half = gripperWidthM / 2;
  poses.set('left_finger', compose(worldFromHand, { position: [0, half, FINGER_OFFSET_M], quatWxyz: [1, 0, 0, 0] }));
  poses.set('right_finger', compose(worldFromHand, { position: [0, -half, FINGER_OFFSET_M], quatWxyz: [0, 0, 0, 1] }));
  return poses;
}
