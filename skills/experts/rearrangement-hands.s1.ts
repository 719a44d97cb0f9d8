// --- Eyes and hands at tier S1: names are known to the robot, and poses are true. ---

import type { Hold, Thing } from './rearrangement-things.ts';

/** Finds something by its name. */
export async function look(name: string): Promise<Thing> {
  return { name, ...(await getObjectPose(name)) };
}

/** A fingertip pose from which this thing can be taken. */
export async function proposeGrasp(thing: Thing): Promise<Hold> {
  return await sampleGraspPose(thing.name);
}

/** Brings the fingertips to a pose, the last stretch straight along the tool. */
export async function reach(position: Vec3, quatWxyz: Quat, approachM = 0): Promise<void> {
  await gotoPose(position, quatWxyz, { zApproach: approachM });
}

/** Takes the arm out of the way of whoever looks; nothing to do where poses are known. */
export async function stepAside(): Promise<void> {}

export async function release(widthM = 0.08): Promise<void> {
  await openGripper({ widthM });
}

/** Closes the hand; false when nothing is in it. */
export async function grip(): Promise<boolean> {
  return (await closeGripper()).holding;
}

/** Keeps in mind where a thing was put; nothing to do where poses are known. */
export function notePlaced(_thing: Thing): void {}
