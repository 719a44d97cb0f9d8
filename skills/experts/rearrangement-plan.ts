// --- The plan: a place for everything the goal speaks of, and what to carry next. Moves nothing. ---

import { alternatives, type Fact, objectsOf } from './rearrangement-goal.ts';
import {
  blockersOf,
  candidates,
  isThere,
  MOST_STEPS,
  type Place,
  type Plan,
  spanOf,
  sparePlace,
} from './rearrangement-places.ts';
import { block, burdenOf, gap, radiusOf, topmost, type World } from './rearrangement-things.ts';

/** Facts about where things stand, of some placed things; a fact about others is not decided and counts as fine. */
function agrees(world: World, plan: Plan, { kind, args, wanted }: Fact, strictness: number): boolean {
  const at = (name: string): readonly number[] | undefined => {
    const place = plan.get(name);
    if (place !== undefined) return [place.x, place.y];
    return MOVABLE.includes(name) ? undefined : block(world, name).position;
  };
  const spots = objectsOf({ kind, args, wanted }).map(at);
  if (spots.some((spot) => spot === undefined)) {
    if (kind !== 'aligned' && kind !== 'apart') return true;
  }
  const known = spots.filter((spot) => spot !== undefined);
  const decided = (holds: boolean) => holds === wanted;
  // A spot is chosen well inside what is asked for; where a thing stands already, the letter of the goal is enough.
  const tight = (limit: number) => limit * (wanted ? 1 - 0.5 * strictness : 1 + 0.5 * strictness);
  switch (kind) {
    case 'on':
    case 'inside':
    case 'across': {
      const place = plan.get(args.object ?? '');
      if (place === undefined) return true;
      const asked = args.supports ?? [args.support ?? args.container ?? ''];
      return decided(asked.every((name) => place.supports.includes(name)));
    }
    case 'within': {
      const margin = (wanted ? 0.02 : -0.03) * strictness;
      const inRange = (value: number, range?: number[]) =>
        range === undefined ||
        (value >= Math.min(range[0] + margin, (range[0] + range[1]) / 2) &&
          value <= Math.max(range[1] - margin, (range[0] + range[1]) / 2));
      return decided(inRange(known[0][0], args.x) && inRange(known[0][1], args.y));
    }
    case 'near': {
      const to = typeof args.to === 'string' ? at(args.to) : args.to;
      return (
        to === undefined ||
        decided(gap(known[0], to) <= (args.withinM ?? 0) * (wanted ? 1 - 0.12 * strictness : 1 + 0.5 * strictness))
      );
    }
    case 'apart': {
      const least = (args.atLeastM ?? 0) * (1 + 0.1 * strictness);
      const far = known.every((one, i) => known.every((other, k) => k <= i || gap(one, other) >= least));
      return wanted ? far : known.length < spots.length || !far;
    }
    case 'aligned': {
      if (!wanted && known.length < spots.length) return true;
      return known.length < 2 || decided(inLine(known, tight(args.toleranceM ?? 0), args.direction));
    }
    default:
      return true;
  }
}

function inLine(spots: (readonly number[])[], tolerance: number, direction?: string): boolean {
  let ends = [spots[0], spots[1]];
  for (const one of spots) for (const other of spots) if (gap(one, other) > gap(ends[0], ends[1])) ends = [one, other];
  const length = gap(ends[0], ends[1]);
  const [ux, uy] = [(ends[1][0] - ends[0][0]) / length, (ends[1][1] - ends[0][1]) / length];
  if (spots.some(([x, y]) => Math.abs((x - ends[0][0]) * uy - (y - ends[0][1]) * ux) > tolerance)) return false;
  if (direction === 'x') return Math.abs(uy) * length <= 2 * tolerance;
  if (direction === 'y') return Math.abs(ux) * length <= 2 * tolerance;
  if (direction === 'diagonal') return Math.abs(Math.abs(ux) - Math.abs(uy)) * length <= 4 * tolerance;
  return true;
}

/** Chooses a place for everything the facts speak of, with as few moves as it can; undefined when there is none. */
function choosePlaces(world: World, facts: Fact[], room: number): Plan | undefined {
  const named = new Set(facts.flatMap((fact) => [...objectsOf(fact), ...(fact.args.supports ?? [])]));
  for (const { args } of facts)
    for (const name of [args.support, args.to]) if (typeof name === 'string') named.add(name);
  const subjects = MOVABLE.filter((name) => named.has(name) && !HOLLOW.includes(name));
  const wantedOf = (name: string, kind: string) =>
    facts.find((fact) => fact.wanted && fact.kind === kind && fact.args.object === name)?.args;
  const spans = facts.filter(({ kind, wanted }) => kind === 'across' && wanted);
  /** What a thing has to stand on, as far as the goal says. */
  const askedSupports = (name: string): string[] | undefined => {
    const args = wantedOf(name, 'across') ?? wantedOf(name, 'on') ?? wantedOf(name, 'inside');
    if (args === undefined) return undefined;
    return args.supports ?? [args.support ?? args.container ?? ''];
  };
  // Supports before what stands on them.
  const order: string[] = [];
  const visit = (name: string, trail: string[]) => {
    if (order.includes(name) || !subjects.includes(name)) return;
    if (trail.includes(name)) throw new Error(`the goal wants "${name}" on itself, by way of ${trail.join(', ')}`);
    for (const support of askedSupports(name) ?? []) visit(support, [...trail, name]);
    order.push(name);
  };
  for (const name of subjects) visit(name, []);

  let steps = 0;
  const plan: Plan = new Map();
  const fits = (name: string, strictness: number) =>
    facts.every((fact) => agrees(world, plan, fact, strictness)) &&
    spans.every(({ args }) => {
      const [one, other] = (args.supports ?? []).map((support) => plan.get(support));
      if (one === undefined || other === undefined || !args.supports?.includes(name)) return true;
      const [a, b] = args.supports.map((support) => block(world, support));
      const [least, , most] = spanOf(block(world, args.object ?? ''), a, b);
      const apart = gap([one.x, one.y], [other.x, other.y]);
      // Close together only when both are turned alike; where they stand already, they do not overlap.
      const turned = one.yaw === undefined || other.yaw === undefined;
      const nearest = strictness === 0 ? 0 : turned ? radiusOf(a) + radiusOf(b) + 0.004 : least - 0.001;
      return apart >= nearest && apart <= most;
    });
  const place = (index: number): boolean => {
    if (index === order.length) return true;
    const name = order[index];
    for (const { place: candidate, stays } of candidates(world, plan, name, askedSupports(name), spans, room)) {
      if (++steps > MOST_STEPS) return false;
      plan.set(name, candidate);
      if (fits(name, stays ? 0 : 1) && place(index + 1)) return true;
      plan.delete(name);
    }
    return false;
  };
  return place(0) ? plan : undefined;
}

/** Of all ways to meet the goal, the one with the fewest moves. */
export function makePlan(world: World): Plan {
  let best: { plan: Plan; moves: number } | undefined;
  for (const room of [0.03, 0.012, 0.004]) {
    for (const facts of alternatives(GOAL)) {
      const plan = choosePlaces(world, facts, room);
      if (plan === undefined) continue;
      const moves = [...plan].filter(([name, place]) => !isThere(world, name, place)).length;
      if (best === undefined || moves < best.moves) best = { plan, moves };
    }
    if (best !== undefined) return best.plan;
  }
  throw new Error('there is no way to arrange the things so that the goal holds');
}

/** The next thing to carry and where to; undefined when everything is in its place. */
export function nextMove(world: World, plan: Plan): { name: string; place: Place } | undefined {
  const waiting = [...plan].filter(([name, place]) => !isThere(world, name, place));
  if (waiting.length === 0) return undefined;
  const isFree = (name: string) => burdenOf(world, name).length === 0;
  for (const [name, place] of waiting) {
    const ready = place.supports.every((support) => !waiting.some(([other]) => other === support));
    if (ready && isFree(name) && blockersOf(world, name, place).length === 0) return { name, place };
  }
  // Nothing can go to its place yet: what stands on it or in its way goes aside first.
  for (const [name, place] of waiting) {
    const supports = place.supports.filter((support) => waiting.some(([other]) => other === support));
    if (supports.length > 0) continue;
    const inTheWay = [...burdenOf(world, name), ...blockersOf(world, name, place)].flatMap((one) =>
      topmost(world, one),
    );
    for (const one of inTheWay) {
      const aside = sparePlace(world, plan, one);
      if (aside !== undefined) return { name: one, place: aside };
    }
  }
  throw new Error('no thing can be moved without another one in its way, and there is no room to put one aside');
}
