// --- Eyes and hands at tier S2: things are found by their names in what the cameras show. ---

import type { Hold, Thing } from './rearrangement-brain.ts';

/** Where things were seen last, or were put since. */
const remembered = new Map<string, Thing>();
/** What was carried: its size was measured while it stood free, its place is known from the hand. */
const placed = new Set<string>();
/** A thing that is seen this close to where it was put is still there: half of a stack hides the other half, metres. */
const STILL_THERE = 0.025;
/** The visible part of a thing that another one hides has its middle this close to that of the whole, metres. */
const PART_OF_IT = 0.035;
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

/** What was seen, unless it is only a part of what was seen before, or stands where it was put. */
function settled(seen: Thing): Thing {
  const before = remembered.get(seen.name);
  if (before !== undefined) {
    const isPart = Math.min(...seen.extent) < 0.8 * Math.min(...before.extent);
    const tolerance = isPart ? PART_OF_IT : placed.has(seen.name) ? STILL_THERE : 0;
    if (seen.position.every((value, axis) => Math.abs(value - before.position[axis]) < tolerance)) return before;
  }
  placed.delete(seen.name);
  remembered.set(seen.name, seen);
  return seen;
}

function fromMemory(name: string): Thing {
  const before = remembered.get(name);
  if (before === undefined) throw new Error(`the ${name} is nowhere to be seen`);
  console.log(`${name}: hidden now, taken to be where it was`);
  return before;
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

/** Keeps in mind where a thing was put. */
export function notePlaced(thing: Thing): void {
  remembered.set(thing.name, thing);
  placed.add(thing.name);
}
