// --- The goal, taken apart into facts that must hold or must not. Knows nothing of where things are. ---

interface Goal {
  [kind: string]: unknown;
}

interface Args {
  object?: string;
  objects?: string[];
  support?: string;
  supports?: string[];
  container?: string;
  to?: string | number[];
  withinM?: number;
  x?: number[];
  y?: number[];
  toleranceM?: number;
  direction?: string;
  atLeastM?: number;
  heightM?: number;
}

/** One predicate of the goal, and whether it shall hold or not hold. */
export interface Fact {
  kind: string;
  args: Args;
  wanted: boolean;
}

/** The goal as a choice: one of these lists of facts must hold. */
export function alternatives(goal: Goal, wanted = true): Fact[][] {
  if (typeof goal.not === 'object') return alternatives(goal.not as Goal, !wanted);
  const parts = (goal.all ?? goal.any) as Goal[] | undefined;
  if (parts === undefined) {
    const [[kind, args]] = Object.entries(goal);
    return [[{ kind, args: args as Args, wanted }]];
  }
  const choices = parts.map((part) => alternatives(part, wanted));
  // "Not all of them" leaves a choice, "none of them" does not.
  if ((goal.all !== undefined) !== wanted) return choices.flat();
  return choices.reduce((sofar, next) => sofar.flatMap((one) => next.map((other) => [...one, ...other])), [[]]);
}

export function objectsOf({ args }: Fact): string[] {
  return args.objects ?? (args.object === undefined ? [] : [args.object]);
}

const SPANS = alternatives(GOAL)
  .flat()
  .filter(({ kind }) => kind === 'across');

/** Whether two things stand close together on purpose, to carry a third one. */
export function arePartners(one: string, other: string): boolean {
  return SPANS.some(({ args }) => args.supports?.includes(one) && args.supports.includes(other));
}
