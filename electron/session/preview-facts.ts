// Owns what a preview shows: facts taken from a block's run in the twin, tick by tick. Must never hold anything the
// program or a model said about itself, except its printed output, marked as such.

import type { MessageOf } from '../../drivers/episode/topics.ts';
import { distance, type Vec3 } from '../../sim/spatial.ts';
import { type TaskWorld, TICK_S } from '../../sim/tasks/task-world.ts';

/** A touch of two things during the preview, at its first instant. */
export interface ContactFact {
  readonly a: string;
  readonly b: string;
  readonly timeS: number;
  readonly kind: 'expected' | 'unexpected';
}

export interface GripFact {
  readonly object: string;
  readonly timeS: number;
  readonly widthM: number;
}

export interface MotionFacts {
  readonly durationS: number;
  readonly topToolSpeedMPerS: number;
  readonly workspace: { readonly min: Vec3; readonly max: Vec3 };
  readonly path: readonly Vec3[];
  readonly contacts: readonly ContactFact[];
  readonly grips: readonly GripFact[];
}

export type PreviewMessage = MessageOf<'/preview'>;

/** Ticks between two points of the shown path: 50 ms. */
const PATH_EVERY_TICKS = 5;
/** A preview of an hour would not be looked at point by point. */
const MAX_PATH_POINTS = 4000;

/** Watches a twin until `facts` is asked for. */
export class FactsCollector {
  readonly #world: TaskWorld;
  readonly #startS: number;
  readonly #path: Vec3[] = [];
  readonly #contacts = new Map<string, ContactFact>();
  readonly #grips: GripFact[] = [];
  readonly #min: number[] = [Infinity, Infinity, Infinity];
  readonly #max: number[] = [-Infinity, -Infinity, -Infinity];
  readonly #unsubscribe: () => void;
  #before: Vec3;
  #topSpeed = 0;
  #ticks = 0;
  #held: string | undefined;

  constructor(world: TaskWorld) {
    this.#world = world;
    this.#startS = world.timeS;
    this.#before = world.tool(0).position;
    this.#held = world.heldProp(0);
    this.#look(this.#before);
    this.#path.push(this.#before);
    // What touches at the start is no news.
    for (const pair of world.touching()) this.#contacts.set(key(pair), { ...named(pair), timeS: 0, kind: 'expected' });
    this.#unsubscribe = world.onTick(() => {
      this.#tick();
    });
  }

  /** Ends the watch. */
  facts(): MotionFacts {
    this.#unsubscribe();
    return {
      durationS: this.#world.timeS - this.#startS,
      topToolSpeedMPerS: this.#topSpeed,
      workspace: { min: vec3(this.#min), max: vec3(this.#max) },
      path: this.#path,
      contacts: [...this.#contacts.values()].filter(({ timeS }) => timeS > 0),
      grips: this.#grips,
    };
  }

  #tick(): void {
    const tool = this.#world.tool(0).position;
    this.#topSpeed = Math.max(this.#topSpeed, distance(tool, this.#before) / TICK_S);
    this.#before = tool;
    this.#look(tool);
    this.#ticks += 1;
    if (this.#ticks % PATH_EVERY_TICKS === 0 && this.#path.length < MAX_PATH_POINTS) this.#path.push(tool);
    const timeS = this.#world.timeS - this.#startS;
    for (const pair of this.#world.touching()) {
      const id = key(pair);
      if (!this.#contacts.has(id)) {
        this.#contacts.set(id, { ...named(pair), timeS, kind: this.#kindOf(pair) });
      }
    }
    const held = this.#world.heldProp(0);
    if (held !== undefined && held !== this.#held) {
      this.#grips.push({ object: held, timeS, widthM: this.#world.widthM(0) });
    }
    this.#held = held;
  }

  #look(position: Vec3): void {
    for (let axis = 0; axis < 3; axis++) {
      this.#min[axis] = Math.min(this.#min[axis], position[axis]);
      this.#max[axis] = Math.max(this.#max[axis], position[axis]);
    }
  }

  /**
   * Fingers may touch props, the face of a tool what it wipes or draws on, and props may touch props and furniture;
   * everything else is not meant to happen.
   */
  #kindOf(pair: readonly [string, string]): 'expected' | 'unexpected' {
    const props = new Set(this.#world.scene.props.map(({ name }) => name));
    const arm = pair.find((name) => name.includes('/'));
    if (arm === undefined) return 'expected';
    const other = pair[0] === arm ? pair[1] : pair[0];
    if (arm.includes('finger') && props.has(other)) return 'expected';
    const marked = this.#world.marks.layers.some(({ on }) => on === other);
    return FACE.test(arm) && marked ? 'expected' : 'unexpected';
  }
}

function key([one, other]: readonly [string, string]): string {
  return one < other ? `${bodyOf(one)}|${bodyOf(other)}` : `${bodyOf(other)}|${bodyOf(one)}`;
}

function named([one, other]: readonly [string, string]): { a: string; b: string } {
  return { a: bodyOf(one), b: bodyOf(other) };
}

/** The working face of a tool, as "left/tool_pad"; what holds it is "left/tool_mount/0". */
const FACE = /\/tool_(?!mount)/;

/** "left/left_finger/pad" is the body "left_finger", "left/tool_pad" the pad; props and furniture keep their names. */
function bodyOf(geom: string): string {
  return geom.includes('/') ? geom.split('/')[1].replace('tool_', '') : geom;
}

function vec3(values: readonly number[]): Vec3 {
  return [values[0], values[1], values[2]];
}
