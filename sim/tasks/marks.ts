// Owns what lies on surfaces in one world without any thickness: spots of a spill, dots of ink. Pads and erasers take
// marks away and pens lay them, by true contact alone. Also keeps the greatest force on the furniture that is measured.
// Must never move anything.

import type { Physics } from '../engine/physics.ts';
import { toolFaces } from '../robots/panda/tools.ts';
import { faceSensorName, forceSensorNames, type MarkLayer, type Scene } from '../scenes/scene.ts';
import { mat3FromQuat, NO_ROTATION, type Pose, type Vec3 } from '../spatial.ts';

/** A mark this far before the face still counts as touched where the face touches at all: it may stand a little aslant (m). */
const WIPE_DEPTH_M = 0.02;
/** Distance between two dots of a line, metres. */
const DOT_SPACING_M = 0.002;
/** A felt tip that has begun a line goes on inking while it is this close to its surface, metres. */
const FELT_M = 0.0003;
/** A pen that jumped further than this between two ticks was lifted and set down again, metres. */
const LONGEST_STROKE_M = 0.03;

/** State of all marks; plain numbers, so that it travels between processes. */
export interface MarksState {
  /** Per layer: x, y, x, y ... of the marks that are there, metres. */
  readonly layers: readonly (readonly number[])[];
  /** Where each inking tip touched at the last tick, and where it left its last dot. */
  readonly strokes: readonly (Stroke | null)[];
  /** Greatest force so far on each measured fixture, newtons. */
  readonly maxForcesN: readonly number[];
}

interface Stroke {
  readonly tip: readonly [number, number];
  readonly dot: readonly [number, number];
}

/** One face of a tool and one surface it may touch. */
interface Touch {
  readonly role: 'wipes' | 'inks';
  readonly body: number;
  readonly half: readonly [number, number];
  readonly fixture: string;
  readonly sensor: number;
}

/** The box around marks, lying on their surface: the pose of its middle and its full side lengths, metres. */
export interface MarkArea {
  readonly pose: Pose;
  readonly size: Vec3;
}

export class Marks {
  readonly layers: readonly MarkLayer[];
  readonly #physics: Physics;
  readonly #tops: readonly number[];
  readonly #touches: readonly Touch[];
  readonly #forces: readonly { readonly fixture: string; readonly sensors: readonly number[] }[];
  readonly #points: number[][];
  readonly #strokes: (Stroke | null)[];
  readonly #maxForcesN: number[];
  #revision = 0;

  constructor(physics: Physics, scene: Scene) {
    this.#physics = physics;
    this.layers = scene.marks ?? [];
    this.#points = this.layers.map(({ points }) => points.flat());
    const fixtureOf = (name: string) => {
      const found = scene.fixtures.find((fixture) => fixture.name === name);
      if (found === undefined) throw new RangeError(`there is no fixture "${name}"`);
      return found;
    };
    this.#tops = this.layers.map(({ on }) => {
      const { pose, size } = fixtureOf(on);
      return pose.position[2] + size[2] / 2;
    });
    const surfaces = [...new Set(this.layers.map(({ on }) => on))];
    this.#touches = scene.arms.flatMap(({ side, tool = 'hand' }) =>
      toolFaces(tool).flatMap(({ name, role, size }) =>
        surfaces.map((fixture) => ({
          role,
          body: physics.id('body', `${side}/tool_${name}`),
          half: [size[0] / 2, size[1] / 2] as const,
          fixture,
          sensor: physics.sensorAddress(faceSensorName(side, name, fixture)),
        })),
      ),
    );
    this.#strokes = this.#touches.map(() => null);
    this.#forces = (scene.forceOn ?? []).flatMap((fixture) =>
      scene.arms.map(({ side }) => ({
        fixture,
        sensors: forceSensorNames(side, fixtureOf(fixture)).map((name) => physics.sensorAddress(name)),
      })),
    );
    this.#maxForcesN = this.#forces.map(() => 0);
  }

  /** Grows with every change of any mark. */
  get revision(): number {
    return this.#revision;
  }

  /** Marks of a layer that are there now: x, y, x, y ..., metres. Undefined for an unknown name. */
  points(layer: string): readonly number[] | undefined {
    return this.#points[this.layers.findIndex(({ name }) => name === layer)];
  }

  /** Height of the surface a layer lies on, metres. @param layer its number */
  topM(layer: number): number {
    return this.#tops[layer];
  }

  /** The box around what is left of a layer; undefined when nothing is, or for an unknown name. */
  area(name: string): MarkArea | undefined {
    const index = this.layers.findIndex((layer) => layer.name === name);
    const points = this.#points[index];
    if (points === undefined || points.length === 0) return undefined;
    const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    points.forEach((value, i) => {
      low[i % 2] = Math.min(low[i % 2], value);
      high[i % 2] = Math.max(high[i % 2], value);
    });
    const { diameterM } = this.layers[index];
    return {
      pose: { position: [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, this.#tops[index]], quatWxyz: NO_ROTATION },
      size: [high[0] - low[0] + diameterM, high[1] - low[1] + diameterM, 0],
    };
  }

  /** Greatest force of any arm on a measured fixture so far, newtons; 0 where it is not measured. */
  maxForceN(fixture: string): number {
    let greatest = 0;
    this.#forces.forEach((one, index) => {
      if (one.fixture === fixture) greatest = Math.max(greatest, this.#maxForcesN[index]);
    });
    return greatest;
  }

  /**
   * Takes up what the tools have done since the last tick.
   * @param onChange told of every layer that has changed: marks taken away by number (before the change), dots laid as x, y ...
   */
  tick(onChange: (layer: string, removed: readonly number[], laid: readonly number[]) => void): void {
    if (this.#forces.length > 0) {
      this.#forces.forEach(({ sensors }, index) => {
        const sum = sensors.reduce((total, sensor) => total + this.#forceN(sensor), 0);
        this.#maxForcesN[index] = Math.max(this.#maxForcesN[index], sum);
      });
    }
    this.#touches.forEach((touch, index) => {
      const touches = this.#forceN(touch.sensor) > 0;
      if (touch.role === 'wipes') {
        if (touches) this.#wipe(touch, onChange);
      } else if (touches || (this.#strokes[index] !== null && this.#isClose(touch))) {
        this.#ink(touch, index, onChange);
      } else {
        this.#strokes[index] = null;
      }
    });
  }

  state(): MarksState {
    return {
      layers: this.#points.map((points) => points.slice()),
      strokes: this.#strokes.slice(),
      maxForcesN: this.#maxForcesN.slice(),
    };
  }

  restore(state: MarksState): void {
    this.#revision += 1;
    state.layers.forEach((points, index) => {
      this.#points[index] = points.slice();
    });
    state.strokes.forEach((stroke, index) => {
      this.#strokes[index] = stroke;
    });
    state.maxForcesN.forEach((force, index) => {
      this.#maxForcesN[index] = force;
    });
  }

  #forceN(sensor: number): number {
    const { sensorData } = this.#physics.views;
    const [x, y, z] = [sensorData[sensor], sensorData[sensor + 1], sensorData[sensor + 2]];
    return Math.sqrt(x * x + y * y + z * z);
  }

  #wipe({ body, half, fixture }: Touch, onChange: Parameters<Marks['tick']>[0]): void {
    const { xpos, xquat } = this.#physics.views;
    const [ox, oy, oz] = xpos.subarray(3 * body, 3 * body + 3);
    const [w, x, y, z] = xquat.subarray(4 * body, 4 * body + 4);
    const m = mat3FromQuat([w, x, y, z]);
    this.layers.forEach(({ name, on }, layer) => {
      if (on !== fixture) return;
      const points = this.#points[layer];
      const dz = this.#tops[layer] - oz;
      const removed: number[] = [];
      for (let i = 0; i < points.length; i += 2) {
        const [dx, dy] = [points[i] - ox, points[i + 1] - oy];
        // The mark in the frame of the face, whose z points at the surface.
        if (Math.abs(m[0] * dx + m[3] * dy + m[6] * dz) > half[0]) continue;
        if (Math.abs(m[1] * dx + m[4] * dy + m[7] * dz) > half[1]) continue;
        if (Math.abs(m[2] * dx + m[5] * dy + m[8] * dz) > WIPE_DEPTH_M) continue;
        removed.push(i / 2);
      }
      if (removed.length === 0) return;
      const gone = new Set(removed);
      this.#points[layer] = points.filter((_, i) => !gone.has(i >> 1));
      this.#revision += 1;
      onChange(name, removed, []);
    });
  }

  /** Whether a tip that has just touched its surface still does, as far as felt is concerned. */
  #isClose({ body, fixture }: Touch): boolean {
    const top = this.#tops[this.layers.findIndex(({ on }) => on === fixture)];
    return this.#physics.views.xpos[3 * body + 2] < top + FELT_M;
  }

  /** A tip that touches draws: dots at equal distances along its way, into the last ink layer of the surface. */
  #ink({ body, fixture }: Touch, index: number, onChange: Parameters<Marks['tick']>[0]): void {
    const layer = this.layers.findLastIndex(({ kind, on }) => kind === 'ink' && on === fixture);
    if (layer < 0) return;
    const { xpos } = this.#physics.views;
    const tip = [xpos[3 * body], xpos[3 * body + 1]] as const;
    const before = this.#strokes[index];
    const laid: number[] = [];
    let dot = before?.dot ?? tip;
    if (before === null || distance2(before.tip, tip) > LONGEST_STROKE_M) {
      dot = tip;
      laid.push(...tip);
    }
    for (;;) {
      const left = distance2(dot, tip);
      if (left < DOT_SPACING_M) break;
      const share = DOT_SPACING_M / left;
      dot = [dot[0] + (tip[0] - dot[0]) * share, dot[1] + (tip[1] - dot[1]) * share];
      laid.push(...dot);
    }
    this.#strokes[index] = { tip, dot };
    if (laid.length === 0) return;
    this.#points[layer].push(...laid);
    this.#revision += 1;
    onChange(this.layers[layer].name, [], laid);
  }
}

function distance2(a: readonly [number, number], b: readonly [number, number]): number {
  const [dx, dy] = [a[0] - b[0], a[1] - b[1]];
  return Math.sqrt(dx * dx + dy * dy);
}
