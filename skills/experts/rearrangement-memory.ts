// --- Memory of hands that see: where things stood when they were seen last, or were put. Looks at nothing itself. ---

import type { Thing } from './rearrangement-things.ts';

/** Where things were seen last, or were put since. */
const remembered = new Map<string, Thing>();
/** What was carried: its size was measured while it stood free, its place is known from the hand. */
const placed = new Set<string>();
/** A thing that is seen this close to where it was put is still there: half of a stack hides the other half, metres. */
const STILL_THERE = 0.025;
/** The visible part of a thing that another one hides has its middle this close to that of the whole, metres. */
const PART_OF_IT = 0.035;
/** What was seen, unless it is only a part of what was seen before, or stands where it was put. */
export function settled(seen: Thing): Thing {
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

export function fromMemory(name: string): Thing {
  const before = remembered.get(name);
  if (before === undefined) throw new Error(`the ${name} is nowhere to be seen`);
  console.log(`${name}: hidden now, taken to be where it was`);
  return before;
}

/** Keeps in mind where a thing was put. */
export function notePlaced(thing: Thing): void {
  remembered.set(thing.name, thing);
  placed.add(thing.name);
}
