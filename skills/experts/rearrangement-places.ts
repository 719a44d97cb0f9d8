// --- Where a thing could stand: the spots the hand reaches, which of them are free. Does not ask what the goal wants. ---

import { mean } from 'capstan:math';
import { arePartners, type Fact } from './rearrangement-goal.ts';
import {
  awayFrom,
  type Block,
  block,
  bottomOf,
  gap,
  isOver,
  radiusOf,
  supportsOf,
  topOf,
  type World,
} from './rearrangement-things.ts';

export interface Place {
  x: number;
  y: number;
  /** Height of what the thing will stand on. */
  floor: number;
  /** Turn of its longer side; any when left out. */
  yaw?: number;
  supports: string[];
}

export type Plan = Map<string, Place>;

/** The part of the table that the hand reaches well from above, metres. */
const REACH = { x: [0.36, 0.7], y: [-0.3, 0.3] };
/** Thickness of a container's floor. */
const CONTAINER_FLOOR = 0.005;
/** Spots of a search per thing, and steps of one search. */
const GRID = 0.035;
export const MOST_STEPS = 6000;
/** Room between two things in which a finger finds place. */
const ROOM_FOR_HAND = 0.04;

function placeOf(world: World, name: string): Place {
  const { position, yaw } = block(world, name);
  const thing = block(world, name);
  return { x: position[0], y: position[1], floor: bottomOf(thing), yaw, supports: supportsOf(world, thing) };
}

/** How far a thing may be from its place and still count as there. */
const THERE = 0.012;

export function isThere(world: World, name: string, place: Place): boolean {
  const now = placeOf(world, name);
  return (
    gap([now.x, now.y], [place.x, place.y]) < THERE &&
    place.supports.every((support) => now.supports.includes(support)) &&
    Math.abs(now.floor - place.floor) < THERE
  );
}

interface Candidate {
  place: Place;
  /** It stands there already. */
  stays: boolean;
}

/** Where a thing could go, best first: where it is, beside its partner of a bridge, free spots nearby, any spot. */
export function candidates(
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

/** Distances of two supports at which a thing lies across both: not too close to grip, not too far to carry it. */
export function spanOf(lying: Block, one: Block, other: Block): [least: number, best: number, most: number] {
  const least = (one.sides[0] + other.sides[0]) / 2 + 0.008;
  const most = lying.sides[0] + (one.sides[1] + other.sides[1]) / 2 - 0.024;
  return [least, Math.max(least, Math.min(0.7 * lying.sides[0], most)), most];
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
export function blockersOf(world: World, name: string, spot: Place, room = 0.006): string[] {
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

/** What goes aside goes at least this far, so that the hand finds room where it stood. */
const FAR_ENOUGH = 0.1;

/** A free spot on the table that no thing needs later. */
export function sparePlace(world: World, plan: Plan, name: string): Place | undefined {
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
