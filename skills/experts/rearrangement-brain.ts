// --- Words of this program. ---

import { add, mat3FromQuat, mean, quatFromAxisAngle, quatMultiply, rotate, subtract } from 'capstan:math';
import { grip, look, notePlaced, proposeGrasp, reach, release, stepAside } from './rearrangement-hands.s1.ts';

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
interface Fact {
  kind: string;
  args: Args;
  wanted: boolean;
}

export interface Thing {
  name: string;
  position: Vec3;
  quatWxyz: Quat;
  extent: Vec3;
}

export interface Hold {
  position: Vec3;
  quatWxyz: Quat;
  widthM?: number;
}

// --- The goal, taken apart into facts that must hold or must not. ---

/** The goal as a choice: one of these lists of facts must hold. */
function alternatives(goal: Goal, wanted = true): Fact[][] {
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

function objectsOf({ args }: Fact): string[] {
  return args.objects ?? (args.object === undefined ? [] : [args.object]);
}

// --- Geometry of things that stand on a table. ---

interface Block {
  name: string;
  position: Vec3;
  /** Turn of its longer side about the vertical. */
  yaw: number;
  /** Longer and shorter horizontal side. */
  sides: [number, number];
  height: number;
}

/** Whichever way round a thing lies: its height, its two horizontal sides and the turn of the longer one. */
function measure({ name, position, quatWxyz, extent }: Thing): Block {
  const m = mat3FromQuat(quatWxyz);
  const upward = m[2].map(Math.abs);
  const up = upward.indexOf(Math.max(...upward));
  const [long, short] = [0, 1, 2].filter((axis) => axis !== up).sort((a, b) => extent[b] - extent[a]);
  return {
    name,
    position,
    yaw: Math.atan2(m[1][long], m[0][long]),
    sides: [extent[long], extent[short]],
    height: extent[up],
  };
}

const bottomOf = (block: Block) => block.position[2] - block.height / 2;
const topOf = (block: Block) => block.position[2] + block.height / 2;
const isCube = ({ sides: [long, short] }: Block) => long - short < 0.002;
const radiusOf = ({ sides: [long, short] }: Block) => Math.sqrt(long * long + short * short) / 2;

function gap(a: readonly number[], b: readonly number[]): number {
  return Math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2);
}

/** A spot seen from the middle of a block, along its longer and its shorter side. */
function within(block: Block, [x, y]: readonly number[]): [number, number] {
  const [dx, dy] = [x - block.position[0], y - block.position[1]];
  const [c, s] = [Math.cos(block.yaw), Math.sin(block.yaw)];
  return [dx * c + dy * s, dy * c - dx * s];
}

function isOver(block: Block, spot: readonly number[], marginM = 0): boolean {
  return within(block, spot).every((value, axis) => Math.abs(value) <= block.sides[axis] / 2 + marginM);
}

// --- What the world looks like now. ---

type World = Map<string, Block>;

function block(world: World, name: string): Block {
  const found = world.get(name);
  if (found === undefined) throw new Error(`"${name}" was never seen`);
  return found;
}

async function lookAround(): Promise<World> {
  await stepAside();
  const world: World = new Map();
  for (const name of [...SURFACES, ...THINGS]) world.set(name, measure(await look(name)));
  return world;
}

/** What a thing rests in or on: a container, other things, or else the highest surface under it. */
function supportsOf(world: World, thing: Block): string[] {
  const below = THINGS.filter((name) => {
    const other = block(world, name);
    if (name === thing.name) return false;
    if (HOLLOW.includes(name)) return isOver(other, thing.position) && bottomOf(thing) < topOf(other) - 0.005;
    if (other.position[2] > thing.position[2]) return false;
    return Math.abs(bottomOf(thing) - topOf(other)) < 0.01 && touches(thing, other);
  });
  if (below.length > 0) return below;
  const surfaces = SURFACES.filter((name) => isOver(block(world, name), thing.position));
  surfaces.sort((a, b) => topOf(block(world, b)) - topOf(block(world, a)));
  return surfaces.slice(0, 1);
}

/** Whether the outlines of two things overlap, seen from above. */
function touches(one: Block, other: Block): boolean {
  if (isOver(other, one.position) || isOver(one, other.position)) return true;
  const steps = [-0.45, -0.15, 0.15, 0.45];
  const [c, s] = [Math.cos(one.yaw), Math.sin(one.yaw)];
  return steps.some((u) =>
    steps.some((v) => {
      const [along, across] = [u * one.sides[0], v * one.sides[1]];
      return isOver(other, [one.position[0] + along * c - across * s, one.position[1] + along * s + across * c]);
    }),
  );
}

/** What stands on a thing or lies in it. */
function burdenOf(world: World, name: string): string[] {
  return THINGS.filter((other) => other !== name && supportsOf(world, block(world, other)).includes(name));
}

// --- Where things shall stand. ---

interface Place {
  x: number;
  y: number;
  /** Height of what the thing will stand on. */
  floor: number;
  /** Turn of its longer side; any when left out. */
  yaw?: number;
  supports: string[];
}

type Plan = Map<string, Place>;

/** The part of the table that the hand reaches well from above, metres. */
const REACH = { x: [0.36, 0.7], y: [-0.3, 0.3] };
/** Thickness of a container's floor. */
const CONTAINER_FLOOR = 0.005;
/** Spots of a search per thing, and steps of one search. */
const GRID = 0.035;
const MOST_STEPS = 6000;
/** Room between two things in which a finger finds place. */
const ROOM_FOR_HAND = 0.04;

function placeOf(world: World, name: string): Place {
  const { position, yaw } = block(world, name);
  const thing = block(world, name);
  return { x: position[0], y: position[1], floor: bottomOf(thing), yaw, supports: supportsOf(world, thing) };
}

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

/** Distances of two supports at which a thing lies across both: not too close to grip, not too far to carry it. */
function spanOf(lying: Block, one: Block, other: Block): [least: number, best: number, most: number] {
  const least = (one.sides[0] + other.sides[0]) / 2 + 0.008;
  const most = lying.sides[0] + (one.sides[1] + other.sides[1]) / 2 - 0.024;
  return [least, Math.max(least, Math.min(0.7 * lying.sides[0], most)), most];
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

interface Candidate {
  place: Place;
  /** It stands there already. */
  stays: boolean;
}

/** Where a thing could go, best first: where it is, beside its partner of a bridge, free spots nearby, any spot. */
function candidates(
  world: World,
  plan: Plan,
  name: string,
  asked: string[] | undefined,
  spans: Fact[],
  room: number,
): Candidate[] {
  const thing = block(world, name);
  const now = placeOf(world, name);
  // On other things: there is one place, above the middle of them.
  const stacked = asked?.map((support) => plan.get(support));
  if (asked !== undefined && stacked?.every((support) => support !== undefined)) {
    const floor = Math.max(...asked.map((support, i) => (stacked[i]?.floor ?? 0) + block(world, support).height));
    const [x, y] = [mean(stacked.map((s) => s?.x ?? 0)), mean(stacked.map((s) => s?.y ?? 0))];
    const [first, last] = [stacked[0], stacked[stacked.length - 1]];
    const across = asked.length > 1;
    const yaw = across ? Math.atan2((last?.y ?? 0) - (first?.y ?? 0), (last?.x ?? 0) - (first?.x ?? 0)) : first?.yaw;
    const stays =
      asked.every((support) => now.supports.includes(support)) && (across || gap([x, y], [now.x, now.y]) < 0.012);
    return stays
      ? [
          { place: { ...now, floor }, stays },
          { place: { x, y, floor, yaw, supports: asked }, stays: false },
        ]
      : [{ place: { x, y, floor, yaw, supports: asked }, stays: false }];
  }
  const found: Candidate[] = [];
  const grounds = asked ?? [TABLE, ...SURFACES.filter((one) => one !== TABLE)];
  if (now.supports.length === 1 && grounds.includes(now.supports[0])) found.push({ place: now, stays: true });
  // Spots with room around them for the hand that will take away what stands beside; free ones; and those that are taken
  // now, by things that will go.
  const roomy: { place: Place; away: number }[] = [];
  const free: typeof roomy = [];
  const taken: typeof roomy = [];
  for (const ground of asked ?? [TABLE]) {
    const spots = HOLLOW.includes(ground) ? spotsIn(block(world, ground), thing) : spotsOn(block(world, ground), thing);
    spots.push(...spotsBeside(world, plan, name, spans));
    for (const { x, y, yaw } of spots) {
      const surface = block(world, ground);
      const floor = HOLLOW.includes(ground) ? bottomOf(surface) + CONTAINER_FLOOR : topOf(surface);
      const spot: Place = { x, y, floor, yaw, supports: [ground] };
      if (!isClear(world, plan, name, spot, room, spans)) continue;
      // Near where it is, and near the middle of the reach.
      const away = gap([x, y], [now.x, now.y]) + 0.5 * gap([x, y], [0.52, 0]);
      const isRoomy = blockersOf(world, name, spot, ROOM_FOR_HAND).length === 0;
      const list = isRoomy ? roomy : blockersOf(world, name, spot).length === 0 ? free : taken;
      list.push({ place: spot, away });
    }
  }
  for (const list of [roomy, free, taken]) {
    list.sort((a, b) => a.away - b.away);
    found.push(...list.map(({ place }) => ({ place, stays: false })));
  }
  return found;
}

interface Spot {
  x: number;
  y: number;
  yaw?: number;
}

/** A grid over the part of a surface that the hand reaches. */
function spotsOn(surface: Block, thing: Block): Spot[] {
  const spots: Spot[] = [{ x: surface.position[0], y: surface.position[1] }];
  const inset = Math.min(radiusOf(thing), 0.8 * (surface.sides[1] / 2));
  for (let x = REACH.x[0]; x <= REACH.x[1]; x += GRID) {
    for (let y = REACH.y[0]; y <= REACH.y[1]; y += GRID) if (isOver(surface, [x, y], -inset)) spots.push({ x, y });
  }
  // A small surface gets a finer grid of its own.
  if (surface.sides[0] < 0.3) {
    for (const u of [-0.25, 0.25, 0]) {
      for (const v of [-0.25, 0.25, 0]) {
        const [dx, dy] = [u * surface.sides[0], v * surface.sides[1]];
        const [c, s] = [Math.cos(surface.yaw), Math.sin(surface.yaw)];
        spots.push({ x: surface.position[0] + dx * c - dy * s, y: surface.position[1] + dx * s + dy * c });
      }
    }
  }
  return spots.filter(({ x, y }) => x >= 0.3 && x <= 0.75 && Math.abs(y) <= 0.4);
}

/** The middle of a container, then spots around it that leave room to its walls. */
function spotsIn(container: Block, thing: Block): Spot[] {
  const [x0, y0] = container.position;
  const [c, s] = [Math.cos(container.yaw), Math.sin(container.yaw)];
  const reach = container.sides.map((side) => Math.max(0, side / 2 - radiusOf(thing) - 0.022));
  const shares = [0, 0.5, -0.5, 1, -1];
  return shares.flatMap((u) =>
    shares.map((v) => {
      const [dx, dy] = [u * reach[0], v * reach[1]];
      return { x: x0 + dx * c - dy * s, y: y0 + dx * s + dy * c, yaw: container.yaw };
    }),
  );
}

/** Spots at the right distance from a partner that carries the same thing. */
function spotsBeside(world: World, plan: Plan, name: string, spans: Fact[]): Spot[] {
  return spans.flatMap(({ args }) => {
    const partner = args.supports?.find((support) => support !== name && plan.has(support));
    const at = plan.get(partner ?? '');
    if (!args.supports?.includes(name) || partner === undefined || at === undefined) return [];
    const [, best] = spanOf(block(world, args.object ?? ''), block(world, partner), block(world, name));
    return [0, 1, 2, 3].map((quarter) => {
      const yaw = (at.yaw ?? 0) + (quarter * Math.PI) / 2;
      return { x: at.x + best * Math.cos(yaw), y: at.y + best * Math.sin(yaw), yaw };
    });
  });
}

/** Whether a place keeps its distance from everything that stays, and from what was placed before. */
function isClear(world: World, plan: Plan, name: string, spot: Place, room: number, spans: Fact[]): boolean {
  const thing = block(world, name);
  const partners = spans.flatMap(({ args }) => (args.supports?.includes(name) ? args.supports : []));
  const [ground] = spot.supports;
  const inContainer = HOLLOW.includes(ground);
  for (const other of THINGS) {
    if (other === name || spot.supports.includes(other)) continue;
    const place = plan.get(other);
    // What is not yet placed may still go; what is no subject of the goal stays.
    const at =
      place === undefined ? (MOVABLE.includes(other) ? undefined : block(world, other).position) : [place.x, place.y];
    if (at === undefined || place?.supports.some((one) => plan.has(one))) continue;
    const least = HOLLOW.includes(other)
      ? radiusOf(thing) + block(world, other).sides[0] / 2 + (inContainer ? 0 : room)
      : radiusOf(thing) + radiusOf(block(world, other)) + (inContainer ? 0.004 : room);
    if (gap([spot.x, spot.y], at) < (partners.includes(other) ? 0 : least)) return false;
  }
  // A mat that lies on the table is a place of its own.
  return SURFACES.every((surface) => {
    if (surface === ground || topOf(block(world, surface)) < spot.floor - 0.001) return true;
    return !isOver(block(world, surface), [spot.x, spot.y], radiusOf(thing) + 0.005);
  });
}

/** Things that stand now where another shall be put. */
function blockersOf(world: World, name: string, spot: Place, room = 0.006): string[] {
  const thing = block(world, name);
  return MOVABLE.filter((other) => {
    if (other === name || spot.supports.includes(other)) return false;
    const there = block(world, other);
    if (topOf(there) < spot.floor + 0.002) return false;
    if (arePartners(name, other)) {
      return gap([spot.x, spot.y], there.position) < (thing.sides[0] + there.sides[0]) / 2 + 0.003;
    }
    return awayFrom(there, [spot.x, spot.y]) < 0.9 * radiusOf(thing) + room;
  });
}

/** Whether two things stand close together on purpose, to carry a third one. */
function arePartners(one: string, other: string): boolean {
  return SPANS.some(({ args }) => args.supports?.includes(one) && args.supports.includes(other));
}

const SPANS = alternatives(GOAL)
  .flat()
  .filter(({ kind }) => kind === 'across');

/** Distance of a spot from the outline of a block; 0 inside. */
function awayFrom(block: Block, spot: readonly number[]): number {
  const [u, v] = within(block, spot).map((value, axis) => Math.max(0, Math.abs(value) - block.sides[axis] / 2));
  return Math.sqrt(u * u + v * v);
}

// --- Doing it: one thing at a time, looking again after each. ---

/** How far a thing may be from its place and still count as there. */
const THERE = 0.012;

function isThere(world: World, name: string, place: Place): boolean {
  const now = placeOf(world, name);
  return (
    gap([now.x, now.y], [place.x, place.y]) < THERE &&
    place.supports.every((support) => now.supports.includes(support)) &&
    Math.abs(now.floor - place.floor) < THERE
  );
}

/** The next thing to carry and where to; undefined when everything is in its place. */
function nextMove(world: World, plan: Plan): { name: string; place: Place } | undefined {
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

function topmost(world: World, name: string): string[] {
  const burden = burdenOf(world, name);
  return burden.length === 0 ? [name] : burden.flatMap((one) => topmost(world, one));
}

/** What goes aside goes at least this far, so that the hand finds room where it stood. */
const FAR_ENOUGH = 0.1;

/** A free spot on the table that no thing needs later. */
function sparePlace(world: World, plan: Plan, name: string): Place | undefined {
  const here = block(world, name).position;
  const others: Plan = new Map([...plan].filter(([other]) => other !== name));
  for (const room of [0.03, 0.015, 0.005]) {
    const found = candidates(world, others, name, [TABLE], [], room).find(
      ({ place, stays }) =>
        !stays && gap([place.x, place.y], here) > FAR_ENOUGH && blockersOf(world, name, place).length === 0,
    );
    if (found !== undefined) return found.place;
  }
  return undefined;
}

/** Turns of the tool that bring a thing to a yaw: a cube looks alike after a quarter turn, anything after half a one. */
function turnsFor(thing: Block, graspQuat: Quat, place: Place): { tool: Quat; turn: number }[] {
  const wanted = place.yaw === undefined ? 0 : place.yaw - thing.yaw;
  const period = isCube(thing) ? Math.PI / 2 : Math.PI;
  const turns: number[] = place.yaw === undefined ? [0, period, -period] : [];
  if (place.yaw !== undefined) for (let k = -3; k <= 3; k++) turns.push(wrapped(wanted + k * period));
  const distinct = turns.filter((turn, index) => turns.findIndex((other) => Math.abs(other - turn) < 1e-3) === index);
  // A hand that ends turned far from how it started runs out of wrist.
  const cost = (turn: number) => Math.abs(turn);
  return distinct
    .sort((a, b) => cost(a) - cost(b))
    .map((turn) => ({ tool: quatMultiply(quatFromAxisAngle([0, 0, 1], turn), graspQuat), turn }));
}

function wrapped(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}

/** Picks a thing and puts it down at a place; throws when it cannot, with the hand empty. */
async function carry(name: string, place: Place): Promise<void> {
  const seen = await look(name);
  const thing = measure(seen);
  const grasp = await proposeGrasp(seen);
  await release();
  await reach(grasp.position, grasp.quatWxyz, 0.1);
  if (!(await grip())) throw new Error(`the gripper closed on nothing at the ${name}`);
  await reach(add(grasp.position, [0, 0, 0.12]), grasp.quatWxyz);
  const inContainer = place.supports.some((support) => HOLLOW.includes(support));
  const offset = subtract(grasp.position, thing.position);
  let failure: unknown;
  // Fingers that do not fit between the walls let go a little higher up; where the inside is not known, over the rim.
  for (const raise of inContainer ? [0.002, 0.01, 0.018, 0.03, 0.048, 0.06] : [0.001, 0.006, 0.012]) {
    for (const { tool, turn } of turnsFor(thing, grasp.quatWxyz, place)) {
      const [dx, dy, dz] = rotate(quatFromAxisAngle([0, 0, 1], turn), offset);
      const target: Vec3 = [place.x + dx, place.y + dy, place.floor + thing.height / 2 + dz + raise];
      try {
        await reach(target, tool, 0.1);
      } catch (error) {
        failure = error;
        continue;
      }
      // Among walls and neighbours the fingers open only as far as they must.
      await letGo(Math.min(0.08, (grasp.widthM ?? thing.sides[1]) + 0.016));
      notePlaced({
        ...seen,
        position: [place.x, place.y, place.floor + thing.height / 2],
        quatWxyz: quatMultiply(quatFromAxisAngle([0, 0, 1], turn), seen.quatWxyz),
      });
      await reach(add(target, [0, 0, 0.12]), tool);
      return;
    }
  }
  // No way in: the thing goes back to where it came from.
  await reach(add(grasp.position, [0, 0, 0.002]), grasp.quatWxyz, 0.1);
  await letGo(0.08);
  await reach(add(grasp.position, [0, 0, 0.12]), grasp.quatWxyz);
  throw failure;
}

/** Opens the hand; a short fall into a bowl is no accident. */
async function letGo(widthM: number): Promise<void> {
  try {
    await release(widthM);
  } catch (error) {
    if ((error as { code?: string }).code !== 'DROPPED') throw error;
  }
}

/** Of all ways to meet the goal, the one with the fewest moves. */
function makePlan(world: World): Plan {
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

async function rearrange(): Promise<void> {
  let failures = 0;
  // Every thing is moved aside at most once and to its place at most once, and a few moves may fail.
  for (let moves = 0; moves <= 2 * MOVABLE.length + MOST_FAILURES; moves++) {
    const world = await lookAround();
    const move = nextMove(world, makePlan(world));
    if (move === undefined) return;
    const { x, y, supports } = move.place;
    console.log(`${move.name} goes on ${supports.join(' and ')}, to x ${x.toFixed(3)}, y ${y.toFixed(3)}`);
    try {
      await carry(move.name, move.place);
    } catch (error) {
      console.log(`${move.name}: ${error instanceof Error ? error.message : error}`);
      if (++failures > MOST_FAILURES) throw error;
      await stepBack();
      await makeRoom(move.name);
    }
  }
  throw new Error('things do not stay where they are put');
}

const MOST_FAILURES = 4;

/** What stands so close that the fingers have no room goes elsewhere. */
async function makeRoom(name: string): Promise<void> {
  const world = await lookAround();
  const thing = block(world, name);
  const close = MOVABLE.filter((other) => other !== name && !burdenOf(world, name).includes(other))
    .filter((other) => burdenOf(world, other).length === 0 && !supportsOf(world, thing).includes(other))
    .map((other) => ({ other, away: awayFrom(thing, block(world, other).position) }))
    .filter(({ away }) => away < CLOSE)
    .sort((a, b) => a.away - b.away);
  for (const { other } of close) {
    const aside = sparePlace(world, new Map(), other);
    if (aside === undefined) continue;
    console.log(`${other} goes aside, to x ${aside.x.toFixed(3)}, y ${aside.y.toFixed(3)}`);
    try {
      await carry(other, aside);
      return;
    } catch (error) {
      console.log(`${other}: ${error instanceof Error ? error.message : error}`);
      await stepBack();
    }
  }
}

/** A neighbour nearer than this can be in the way of the hand. */
const CLOSE = 0.09;

/** After a failed move: hand open and away from everything. */
async function stepBack(): Promise<void> {
  await letGo(0.08);
  await homePose();
}

await rearrange();
await finishHolding();

/** What the goal wants in the hand at the end is taken last. */
async function finishHolding(): Promise<void> {
  const facts = alternatives(GOAL)[0].filter(({ kind, wanted }) => wanted && (kind === 'held' || kind === 'above'));
  const name = facts[0]?.args.object;
  if (name === undefined) return;
  const grasp = await proposeGrasp(await look(name));
  await release();
  await reach(grasp.position, grasp.quatWxyz, 0.1);
  if (!(await grip())) throw new Error(`the gripper closed on nothing at the ${name}`);
  const height = Math.max(0.05, ...facts.map(({ args }) => (args.heightM ?? 0) + 0.05));
  await reach(add(grasp.position, [0, 0, height]), grasp.quatWxyz);
}
