// --- Eyes and hands at tier S3: pictures, masks, points; grasps and ways are planned. ---

import { fromMemory, settled } from './rearrangement-memory.ts';
import type { Hold, Thing } from './rearrangement-things.ts';

/** The part of a picture that shows a thing. */
interface Sight {
  lookId: string;
  mask: Mask;
}

/** Whether the arm is where it hides nothing from the camera in front. */
let isAside = false;
let isHolding = false;
/** The pictures taken since something moved, by their cameras. */
let looks: { id: string; camera: string }[] = [];

/** What stands higher than this over the furniture stands on another thing, metres: two deviations of a mask's rim. */
const RAISED = 0.016;

async function takePicture(camera: string): Promise<string> {
  const known = looks.find((one) => one.camera === camera);
  if (known !== undefined) return known.id;
  const { id } = await getObservation({ camera });
  looks.push({ id, camera });
  return id;
}

/** Finds a thing by each of its names, with each camera; undefined when none shows it. */
async function sight(name: string): Promise<Sight | undefined> {
  for (const camera of ['scene', 'wrist']) {
    const lookId = await takePicture(camera);
    for (const phrase of PHRASES[name] ?? [name]) {
      try {
        const [mask] = await segmentText(lookId, phrase);
        return { lookId, mask };
      } catch (error) {
        if (!(error instanceof PolicyError) || (error.code !== 'NOT_FOUND' && error.code !== 'UNSURE')) throw error;
        console.log(`${phrase}: ${error.message}`);
      }
    }
  }
  return undefined;
}

/** Finds something by its name. What no picture shows is taken to be where it was put. */
export async function look(name: string): Promise<Thing> {
  const declared = FURNITURE.find((one) => one.name === name);
  if (declared !== undefined) return declared;
  await stepAside();
  const seen = await sight(name);
  if (seen === undefined) return fromMemory(name);
  const points = await maskPoints(seen.lookId, seen.mask);
  const ground = await groundUnder(seen, points);
  const box = await orientedBoundingBox(points, { supportHeightM: ground });
  return settled({ name, ...box });
}

/** The height a thing stands on: that of the furniture around it, or of its own lowest points when they are higher. */
async function groundUnder({ lookId, mask }: Sight, points: Vec3[]): Promise<number> {
  const heights = points.map(([, , z]) => z).sort((a, b) => a - b);
  const lowest = heights[Math.floor(heights.length * 0.03)];
  const furniture = await supportHeight(lookId, mask);
  return lowest > furniture + RAISED ? lowest - 0.003 : furniture;
}

/** A fingertip pose from which this thing can be taken. */
export async function proposeGrasp({ name }: Thing): Promise<Hold> {
  await stepAside();
  const seen = await sight(name);
  if (seen === undefined) throw new Error(`the ${name} is out of sight`);
  const [best] = await planGrasp(seen.lookId, seen.mask);
  return best;
}

/** Brings the fingertips to a pose, the last stretch straight along the tool. */
export async function reach(position: Vec3, quatWxyz: Quat, approachM = 0): Promise<void> {
  // With something in the hand, a look tells the planner that the place it stood in is free now.
  if (isHolding) await getObservation();
  const way = await planMotion({ pose: { position, quatWxyz }, approachM });
  isAside = false;
  looks = [];
  await executePlan(way.id);
}

/** Takes the arm out of the way of whoever looks. */
export async function stepAside(): Promise<void> {
  if (isAside) return;
  await homePose();
  isAside = true;
  looks = [];
}

export async function release(widthM = 0.08): Promise<void> {
  isHolding = false;
  await openGripper({ widthM });
}

/** Closes the hand; false when nothing is in it. */
export async function grip(): Promise<boolean> {
  isHolding = (await closeGripper()).holding;
  return isHolding;
}
