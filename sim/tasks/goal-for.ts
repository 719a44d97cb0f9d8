// Owns a goal said of other things: the same predicates under other names, as far as every name has one. Must never
// guess what a name stands for.

import { type Goal, goalLeaves, goalReferences } from './goal.ts';

/** A goal as far as it can be asked. */
export interface TranslatedGoal {
  /** Undefined when no part of it can. */
  readonly goal: Goal | undefined;
  /** True when every part of it can. */
  readonly whole: boolean;
}

/** @param names what each name is called there */
export function goalFor(goal: Goal, names: ReadonlyMap<string, string>): TranslatedGoal {
  const leaves = goalLeaves(goal);
  const known = leaves.filter((leaf) => goalReferences(leaf).every(({ name }) => names.has(name)));
  if (known.length === 0) return { goal: undefined, whole: false };
  return { goal: { all: known.map((leaf) => renamed(leaf, names)) }, whole: known.length === leaves.length };
}

function renamed(leaf: Goal, names: ReadonlyMap<string, string>): Goal {
  const copy: Goal = structuredClone(leaf);
  for (const { name, path } of goalReferences(leaf)) {
    let at: unknown = copy;
    for (const key of path.slice(0, -1)) at = Reflect.get(at as object, key);
    Reflect.set(at as object, path[path.length - 1], names.get(name));
  }
  return copy;
}
