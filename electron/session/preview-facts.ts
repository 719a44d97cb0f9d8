// Owns what a preview shows: facts taken from a block's run in the twin, tick by tick. Must never hold anything the
// program or a model said about itself, except its printed output, marked as such.

import type { MessageOf } from '../../drivers/episode/topics.ts';
import { readJoints } from '../../sim/robots/panda/arm-handles.ts';
import { distance, type Vec3 } from '../../sim/spatial.ts';
import { type TaskWorld, TICK_S } from '../../sim/tasks/task-world.ts';

/** A touch of two things during the preview, at its first instant. */
export interface ContactFact {
  readonly a: string;
  readonly b: string;
  readonly timeS: number;
  readonly kind: 'expected' | 'unexpected';
  /** Where, metres. */
  readonly at: Vec3;
}

export interface GripFact {
  readonly object: string;
  readonly timeS: number;
  readonly widthM: number;
  /** Which arm, where there are two. */
  readonly arm?: 'left' | 'right';
}

/** An arm along the path, a sample with every point of it: joints in radians, and the opening of the fingers. */
export interface PostureFact {
  readonly arm: 'left' | 'right';
  readonly everyS: number;
  readonly jointsRad: readonly (readonly number[])[];
  readonly widthsM: readonly number[];
}

export interface MotionFacts {
  readonly durationS: number;
  /** Of the faster fingertip. */
  readonly topToolSpeedMPerS: number;
  /** Box around every fingertip. */
  readonly workspace: { readonly min: Vec3; readonly max: Vec3 };
  readonly path: readonly Vec3[];
  readonly rightPath?: readonly Vec3[];
  /** How the arms stand along the path: left, then right. */
  readonly postures: readonly PostureFact[];
  readonly contacts: readonly ContactFact[];
  readonly grips: readonly GripFact[];
}

export type PreviewMessage = MessageOf<'/preview'>;

/** Ticks between two points of the shown path: 50 ms. */
const PATH_EVERY_TICKS = 5;
/** A preview of an hour would not be looked at point by point. */
const MAX_PATH_POINTS = 4000;

/** The working face of a tool, as "left/tool_pad"; what holds it is "left/tool_mount/0". */
const FACE = /\/tool_(?!mount)/;

/** What is kept of one arm. */
interface ArmWatch {
  readonly path: Vec3[];
  readonly jointsRad: number[][];
  readonly widthsM: number[];
  before: Vec3;
  held: string | undefined;
}

/** Watches a twin until `facts` is asked for. */
export class FactsCollector {
  readonly #world: TaskWorld;
  readonly #startS: number;
  /** Per arm: left, then right. */
  readonly #arms: ArmWatch[];
  readonly #contacts = new Map<string, ContactFact>();
  readonly #grips: GripFact[] = [];
  readonly #min: number[] = [Infinity, Infinity, Infinity];
  readonly #max: number[] = [-Infinity, -Infinity, -Infinity];
  readonly #unsubscribe: () => void;
  #topSpeed = 0;
  #ticks = 0;

  constructor(world: TaskWorld) {
    this.#world = world;
    this.#startS = world.timeS;
    this.#arms = world.arms.map((_, index) => {
      const tool = world.tool(index).position;
      this.#look(tool);
      const start = { jointsRad: [this.#posture(index)], widthsM: [round(world.widthM(index))] };
      return { path: [tool], ...start, before: tool, held: world.heldProp(index) };
    });
    // What touches at the start is no news.
    for (const { pair, at } of world.touches()) {
      this.#contacts.set(this.#key(pair), { ...this.#named(pair), timeS: 0, kind: 'expected', at });
    }
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
      path: this.#arms[0].path,
      ...(this.#arms.length > 1 ? { rightPath: this.#arms[1].path } : {}),
      postures: this.#arms.map(({ jointsRad, widthsM }, index) => {
        return { arm: this.#world.arms[index].side, everyS: PATH_EVERY_TICKS * TICK_S, jointsRad, widthsM };
      }),
      contacts: [...this.#contacts.values()].filter(({ timeS }) => timeS > 0),
      grips: this.#grips,
    };
  }

  #tick(): void {
    const timeS = this.#world.timeS - this.#startS;
    this.#ticks += 1;
    this.#arms.forEach((arm, index) => {
      this.#watch(arm, index, timeS);
    });
    for (const { pair, at } of this.#world.touches()) {
      const id = this.#key(pair);
      if (!this.#contacts.has(id)) {
        this.#contacts.set(id, { ...this.#named(pair), timeS, kind: this.#kindOf(pair), at });
      }
    }
  }

  #watch(arm: ArmWatch, index: number, timeS: number): void {
    const tool = this.#world.tool(index).position;
    this.#topSpeed = Math.max(this.#topSpeed, distance(tool, arm.before) / TICK_S);
    arm.before = tool;
    this.#look(tool);
    if (this.#ticks % PATH_EVERY_TICKS === 0 && arm.path.length < MAX_PATH_POINTS) {
      arm.path.push(tool);
      arm.jointsRad.push(this.#posture(index));
      arm.widthsM.push(round(this.#world.widthM(index)));
    }
    const held = this.#world.heldProp(index);
    if (held !== undefined && held !== arm.held) {
      const whose = this.#arms.length > 1 ? { arm: this.#world.arms[index].side } : {};
      this.#grips.push({ object: held, timeS, widthM: this.#world.widthM(index), ...whose });
    }
    arm.held = held;
  }

  #posture(arm: number): number[] {
    return Array.from(readJoints(this.#world.physics, this.#world.arms[arm]), round);
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

  #key([one, other]: readonly [string, string]): string {
    const [a, b] = [this.#bodyOf(one), this.#bodyOf(other)];
    return a < b ? `${a}|${b}` : `${b}|${a}`;
  }

  #named([one, other]: readonly [string, string]): { a: string; b: string } {
    return { a: this.#bodyOf(one), b: this.#bodyOf(other) };
  }

  /**
   * "left/left_finger/pad" is "left_finger", and with two arms "left/left_finger"; "left/tool_pad" is the pad; props and
   * furniture keep their names.
   */
  #bodyOf(geom: string): string {
    if (!geom.includes('/')) return geom;
    const [side, part] = geom.split('/');
    const body = part.replace('tool_', '');
    return this.#arms.length > 1 ? `${side}/${body}` : body;
  }
}

/** To a tenth of a milliradian or of a millimetre: it is looked at, and kept with every episode. */
function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

function vec3(values: readonly number[]): Vec3 {
  return [values[0], values[1], values[2]];
}
