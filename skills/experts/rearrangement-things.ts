// --- The things on the table as they are seen now: how large, how turned, what stands on what. Moves nothing. ---

import { mat3FromQuat } from 'capstan:math';
import { look, stepAside } from './rearrangement-hands.s1.ts';

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

export interface Block {
  name: string;
  position: Vec3;
  /** Turn of its longer side about the vertical. */
  yaw: number;
  /** Longer and shorter horizontal side. */
  sides: [number, number];
  height: number;
}

/** Whichever way round a thing lies: its height, its two horizontal sides and the turn of the longer one. */
export function measure({ name, position, quatWxyz, extent }: Thing): Block {
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

export const bottomOf = (block: Block) => block.position[2] - block.height / 2;
export const topOf = (block: Block) => block.position[2] + block.height / 2;
export const isCube = ({ sides: [long, short] }: Block) => long - short < 0.006;
export const radiusOf = ({ sides: [long, short] }: Block) => Math.sqrt(long * long + short * short) / 2;

export function gap(a: readonly number[], b: readonly number[]): number {
  return Math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2);
}

/** A spot seen from the middle of a block, along its longer and its shorter side. */
function within(block: Block, [x, y]: readonly number[]): [number, number] {
  const [dx, dy] = [x - block.position[0], y - block.position[1]];
  const [c, s] = [Math.cos(block.yaw), Math.sin(block.yaw)];
  return [dx * c + dy * s, dy * c - dx * s];
}

export function isOver(block: Block, spot: readonly number[], marginM = 0): boolean {
  return within(block, spot).every((value, axis) => Math.abs(value) <= block.sides[axis] / 2 + marginM);
}

/** Distance of a spot from the outline of a block; 0 inside. */
export function awayFrom(block: Block, spot: readonly number[]): number {
  const [u, v] = within(block, spot).map((value, axis) => Math.max(0, Math.abs(value) - block.sides[axis] / 2));
  return Math.sqrt(u * u + v * v);
}

export type World = Map<string, Block>;

export function block(world: World, name: string): Block {
  const found = world.get(name);
  if (found === undefined) throw new Error(`"${name}" was never seen`);
  return found;
}

export async function lookAround(): Promise<World> {
  await stepAside();
  const world: World = new Map();
  for (const name of [...SURFACES, ...THINGS]) world.set(name, measure(await look(name)));
  return world;
}

/** What a thing rests in or on: a container, other things, or else the highest surface under it. */
export function supportsOf(world: World, thing: Block): string[] {
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
export function burdenOf(world: World, name: string): string[] {
  return THINGS.filter((other) => other !== name && supportsOf(world, block(world, other)).includes(name));
}

export function topmost(world: World, name: string): string[] {
  const burden = burdenOf(world, name);
  return burden.length === 0 ? [name] : burden.flatMap((one) => topmost(world, one));
}
