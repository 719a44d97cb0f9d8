// --- Eyes and hands at tier S2: things are found by their names in what the cameras show. ---

import { fromMemory, settled } from './rearrangement-memory.ts';
import type { Hold, Thing } from './rearrangement-things.ts';

/** Whether the arm is where it hides nothing from the camera in front. */
let isAside = false;

/** Finds something by its name. What neither look shows is taken to be where it was put. */
export async function look(name: string): Promise<Thing> {
  const declared = FURNITURE.find((one) => one.name === name);
  if (declared !== undefined) return declared;
  const seen = await firstAnswer(name, getObjectPose);
  if (seen === undefined) return fromMemory(name);
  return settled({ name, ...seen });
}

/** A fingertip pose from which this thing can be taken. */
export async function proposeGrasp({ name }: Thing): Promise<Hold> {
  const grasp = await firstAnswer(name, sampleGraspPose);
  if (grasp === undefined) throw new Error(`the ${name} is out of sight`);
  return grasp;
}

/** Asks for a thing by each of its names, and once more after the arm went aside; undefined when none is found. */
async function firstAnswer<T>(name: string, question: (name: string) => Promise<T>): Promise<T | undefined> {
  for (const attempt of [1, 2]) {
    for (const phrase of PHRASES[name] ?? [name]) {
      try {
        return await question(phrase);
      } catch (error) {
        if (!(error instanceof PolicyError) || (error.code !== 'NOT_FOUND' && error.code !== 'UNSURE')) throw error;
        if (attempt === 2) console.log(`${phrase}: ${error.message}`);
      }
    }
    if (attempt === 1) await stepAside();
  }
  return undefined;
}

/** Brings the fingertips to a pose, the last stretch straight along the tool. */
export async function reach(position: Vec3, quatWxyz: Quat, approachM = 0): Promise<void> {
  isAside = false;
  await gotoPose(position, quatWxyz, { zApproach: approachM });
}

/** Takes the arm out of the way of whoever looks. */
export async function stepAside(): Promise<void> {
  if (!isAside) await homePose();
  isAside = true;
}

export async function release(widthM = 0.08): Promise<void> {
  await openGripper({ widthM });
}

/** Closes the hand; false when nothing is in it. */
export async function grip(): Promise<boolean> {
  return (await closeGripper()).holding;
}
