// Owns what became of each thing in a preview: where it was, where it is, who holds it, what it rests on, how it fell.
// Facts of the preview's world. Must never hold anything a program said.

import type { Vec3 } from '../../sim/spatial.ts';
import { topOf, verticalHalf } from '../../sim/tasks/box-geometry.ts';
import { type PropState, type TaskWorld, TICK_S } from '../../sim/tasks/task-world.ts';

/** Metres in the base frame of arm 0. */
export interface ThingFate {
  readonly name: string;
  readonly from: Vec3;
  readonly to: Vec3;
  /** Greatest speed downwards outside of a hand. */
  readonly fellMPerS: number;
  readonly heldBy?: 'left' | 'right';
  /** What it rests on at the end. */
  readonly on?: string;
}

/** What rests on a thing has its underside this close to the thing's top, metres. */
const RESTS_M = 0.012;

interface Watched {
  readonly name: string;
  readonly from: Vec3;
  heightM: number;
  fellMPerS: number;
}

/** Watches the things of a world until `fates` is asked for. */
export class ThingWatch {
  readonly #world: TaskWorld;
  readonly #things: readonly Watched[];
  readonly #unsubscribe: () => void;

  constructor(world: TaskWorld) {
    this.#world = world;
    this.#things = world.props().map(({ name, pose: { position } }) => ({
      name,
      from: position,
      heightM: position[2],
      fellMPerS: 0,
    }));
    this.#unsubscribe = world.onTick(() => {
      this.#tick();
    });
  }

  /** Ends the watch. */
  fates(): readonly ThingFate[] {
    this.#unsubscribe();
    const world = this.#world;
    const touching = world.touching();
    return this.#things.flatMap(({ name, from, fellMPerS }): ThingFate[] => {
      const state = world.prop(name);
      if (state === undefined) return [];
      const holder = world.arms.find((_, index) => world.heldProp(index) === name)?.side;
      const on = touching
        .filter((pair) => pair.includes(name))
        .map(([a, b]) => world.thing(a === name ? b : a))
        .find((other) => other !== undefined && restsOn(state, other));
      return [
        {
          name,
          from,
          to: state.pose.position,
          fellMPerS,
          ...(holder === undefined ? {} : { heldBy: holder }),
          ...(on === undefined ? {} : { on: on.name }),
        },
      ];
    });
  }

  #tick(): void {
    const world = this.#world;
    const held = world.arms.map((_, index) => world.heldProp(index));
    for (const thing of this.#things) {
      const z = world.prop(thing.name)?.pose.position[2] ?? thing.heightM;
      // What a hand carries down does not fall.
      if (!held.includes(thing.name)) thing.fellMPerS = Math.max(thing.fellMPerS, (thing.heightM - z) / TICK_S);
      thing.heightM = z;
    }
  }
}

function restsOn(thing: PropState, other: PropState): boolean {
  const underside = thing.pose.position[2] - verticalHalf(thing.pose.quatWxyz, thing.size);
  return Math.abs(underside - topOf(other)) < RESTS_M;
}
