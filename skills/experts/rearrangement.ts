// Owns the one expert for every task that asks for things to be put in places: from a task to a program that plans from
// the words of its goal. Must never look at a world: the program does that itself.

import { SHAPES } from '../../sim/scenes/shapes/registry.ts';
import { quatFromAxisAngle } from '../../sim/spatial.ts';
import { describeGoal, type Goal, type GoalKind } from '../../sim/tasks/goal.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { lookAlikeProblem, phrasesFor, thingsSought } from './rearrangement-phrases.ts';

/** Tiers for which there are hands: skills/experts/rearrangement-hands.<tier>.ts. */
export const REARRANGEMENT_TIERS: readonly string[] = ['S1', 'S2', 'S3'];
/** Tiers at which things are found in pictures, by words. */
const TIERS_THAT_SEE: readonly string[] = ['S2', 'S3', 'S4'];

/** What the program does, the same at every tier: files beside this one, in the order of the program. */
const DOING: readonly string[] = ['goal', 'things', 'places', 'plan', 'moves'];

/** The files whose texts make up the program of a tier with hands, in order: how to see, reach and grip, then what to do. */
export function rearrangementParts(tier: string): string[] {
  const seeing = TIERS_THAT_SEE.includes(tier) ? ['memory'] : [];
  return [...seeing, `hands.${tier.toLowerCase()}`, ...DOING].map((part) => `rearrangement-${part}.ts`);
}

/** Words of a goal the program can bring about; the others it cannot. */
const WORDS: ReadonlySet<GoalKind> = new Set([
  'on',
  'across',
  'inside',
  'within',
  'near',
  'aligned',
  'apart',
  'above',
  'held',
  'released',
]);

/** The hand opens 0.08 m; it needs a little room on both sides (m). */
const WIDEST_GRASP_M = 0.074;

/** Why the generic expert has no program for a task at a tier; undefined when it has one. */
export function rearrangementProblem(task: Task, tier = 'S1'): string | undefined {
  if (task.api !== 'arm') return `its programs speak the ${task.api} functions`;
  if (task.robot.arms !== 1 || task.robot.tool !== 'hand') return 'it is for one arm with a hand';
  const unknown = [...new Set(kindsOf(task.goal))].filter((kind) => !WORDS.has(kind));
  if (unknown.length > 0) return `it cannot bring about: ${unknown.join(', ')}`;
  const objects = new Map(task.world.props.map((prop) => [prop.name, prop]));
  for (const name of movedBy(task.goal)) {
    const prop = objects.get(name);
    if (prop === undefined) return `"${name}" is a part of a thing, not a thing`;
    const [x, y] = 'min' in prop.size ? prop.size.max : prop.size;
    if (Math.min(x, y) > WIDEST_GRASP_M) return `"${name}" is too wide for the hand`;
  }
  if (!TIERS_THAT_SEE.includes(tier)) return undefined;
  return lookAlikeProblem(thingsSought(task));
}

/**
 * The program that brings about a task's goal at a tier: the goal and the names of the things as data, then its parts.
 * Undefined when the goal has words it cannot bring about, or names that no camera can tell apart.
 * @param parts texts of the files of `rearrangementParts`
 */
export function rearrangementProgram(task: Task, tier: string, parts: readonly string[]): string | undefined {
  if (rearrangementProblem(task, tier) !== undefined) return undefined;
  const { fixtures, props } = task.world;
  const area = ({ size }: (typeof fixtures)[number]) => size[0] * size[1];
  const table = fixtures.reduce((largest, one) => (area(one) > area(largest) ? one : largest));
  const hollow = [...fixtures, ...props].filter(({ shape }) => SHAPES[shape].hollow === true);
  const names = (things: readonly { readonly name: string }[]) => JSON.stringify(things.map(({ name }) => name));
  const sees = TIERS_THAT_SEE.includes(tier);
  const sought = thingsSought(task);
  // Whoever sees needs no names of what stands about besides: it is in the pictures, and motions go around it.
  const things = sees ? sought : props;
  const movable = things.filter((prop) => !hollow.includes(prop));
  return `// Puts things in their places: ${describeGoal(task.goal)}.
// It reads the goal, looks where everything is, chooses a place for each thing, and carries one at a time; after each it
// looks again and plans anew, so that a thing that slipped is simply put right.
import { add, mat3FromQuat, mean, quatFromAxisAngle, quatMultiply, rotate, subtract } from 'capstan:math';

const GOAL: Goal = ${JSON.stringify(task.goal)};
/** What stands on the table, what of it can be carried, and what can hold things. */
const THINGS: string[] = ${names(things)};
const MOVABLE: string[] = ${names(movable)};
const HOLLOW: string[] = ${names(hollow.filter((one) => !props.some((prop) => prop === one && !things.includes(prop))))};
/** What things stand on, the table among it. */
const SURFACES: string[] = ${names(fixtures.filter((one) => !hollow.includes(one)))};
const TABLE = ${JSON.stringify(table.name)};
${sees ? declaredFurniture(task) : ''}
${parts.map(partOf).join('\n\n')}
`;
}

/** Furniture as the task file declares it, and the words for what moves: for programs that see. */
function declaredFurniture(task: Task): string {
  const furniture = task.world.fixtures.map(({ name, position, yaw, size }) => ({
    name,
    position,
    quatWxyz: quatFromAxisAngle([0, 0, 1], yaw),
    extent: size,
  }));
  return `/** The furniture of the installation, which is known and never moves: a camera does not tell a table from a mat. */
const FURNITURE: Thing[] = ${JSON.stringify(furniture)};
/** What to look for, best words first. */
const PHRASES: Record<string, string[]> = ${JSON.stringify(phrasesFor(thingsSought(task)))};
`;
}

/** A module as a part of one program: without what it imports and exports. */
function partOf(text: string): string {
  return text
    .replace(/^import [^;]*;\n/gm, '')
    .replace(/^export /gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function kindsOf(goal: Goal): GoalKind[] {
  if ('all' in goal) return goal.all.flatMap(kindsOf);
  if ('any' in goal) return goal.any.flatMap(kindsOf);
  if ('not' in goal) return kindsOf(goal.not);
  return Object.keys(goal) as GoalKind[];
}

/** Names of what the goal wants somewhere: those it would have to carry. */
function movedBy(goal: Goal): string[] {
  if ('all' in goal) return goal.all.flatMap(movedBy);
  if ('any' in goal) return goal.any.flatMap(movedBy);
  if ('not' in goal) return movedBy(goal.not);
  const [args] = Object.values(goal) as { object?: string; objects?: readonly string[] }[];
  return [...(args.objects ?? []), ...(args.object === undefined ? [] : [args.object])];
}
