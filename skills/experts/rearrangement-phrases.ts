// Owns the words by which the generic expert looks for the things of a task where it has to see: the name, when the pixel
// detector knows its words, or else the colour and shape that the task file declares. Must never look at a picture.

import type { ShapeName } from '../../sim/scenes/shapes/registry.ts';
import { goalReferences } from '../../sim/tasks/goal.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { COLOUR_WORDS, colourOfPaint, nameColour } from '../perception/colour-words.ts';
import { parsePhrase } from '../perception/phrase.ts';
import type { ShapeWord } from '../perception/shape-words.ts';

type Prop = Task['world']['props'][number];

/** What people call a thing of each shape. */
const WORD_FOR_SHAPE: Readonly<Record<ShapeName, ShapeWord>> = {
  box: 'block',
  cylinder: 'cylinder',
  sphere: 'ball',
  'square-nut': 'ring',
  pot: 'pot',
  hammer: 'hammer',
  bowl: 'bowl',
  tray: 'tray',
};

/** Words for one kind of thing: what is square may be called any of them, depending on who looks from where. */
const LOOK_ALIKE: readonly (readonly ShapeWord[])[] = [
  ['block', 'cube', 'peg', 'handle'],
  ['bowl', 'tray', 'pot', 'ring'],
];

/** The things that a program which sees looks for: those that the goal speaks of. */
export function thingsSought({ goal, world }: Task): readonly Prop[] {
  const spoken = new Set(goalReferences(goal).map(({ name }) => name));
  return world.props.filter(({ name }) => spoken.has(name));
}

/** What each thing may be called, best words first: its description, and its colour where no other thing has it. */
export function phrasesFor(things: readonly Prop[]): Record<string, string[]> {
  const colours = things.map((thing) => COLOUR_WORDS.find((colour) => describe(thing).split(' ').includes(colour)));
  return Object.fromEntries(
    things.map((thing, index) => {
      const colour = colours[index];
      const isOnlyOne = colour !== undefined && colours.filter((other) => other === colour).length === 1;
      return [thing.name, isOnlyOne ? [describe(thing), `${colour} object`] : [describe(thing)]];
    }),
  );
}

/** Why the cameras could not tell two of these things apart; undefined when they can. */
export function lookAlikeProblem(things: readonly Prop[]): string | undefined {
  for (const thing of things) {
    const other = things.find((one) => one !== thing && mayMean(describe(thing), one));
    if (other === undefined) continue;
    return `"${describe(thing)}" may also mean "${other.name}" to a camera; give each thing a colour of its own, or a clearly other shape`;
  }
  return undefined;
}

/** The name of a thing where pixels can be searched for it, or else its colour and shape. */
function describe({ name, color, shape }: Prop): string {
  const parsed = parsePhrase(name);
  if (parsed.kind === 'understood' && parsed.phrase.part === undefined) return name;
  return `${nameColour(colourOfPaint(color))} ${WORD_FOR_SHAPE[shape]}`;
}

function mayMean(phrase: string, thing: Prop): boolean {
  const asked = lookOf(phrase);
  const there = lookOf(describe(thing));
  // The largest or the left one is told by more than its look.
  if (asked === undefined || there === undefined || asked.choice !== undefined) return false;
  const colour = there.colour ?? nameColour(colourOfPaint(thing.color));
  if (asked.colour !== undefined && asked.colour !== colour) return false;
  if (asked.shade !== there.shade && asked.shade !== 'any' && there.shade !== 'any') return false;
  const shape = there.shape === 'object' ? WORD_FOR_SHAPE[thing.shape] : there.shape;
  const isAlike = LOOK_ALIKE.some((words) => words.includes(asked.shape) && words.includes(shape));
  return asked.shape === 'object' || asked.shape === shape || isAlike;
}

function lookOf(phrase: string) {
  const parsed = parsePhrase(phrase);
  return parsed.kind === 'understood' ? parsed.phrase : undefined;
}
