// Owns the trace of a preview, tick by tick, for the critics. Must never judge.

import type { Rig } from '../../drivers/rig/rig-file.ts';
import { readJoints } from '../../sim/robots/panda/arm-handles.ts';
import { mat3FromQuat, type Pose, type Vec3 } from '../../sim/spatial.ts';
import { verticalHalf } from '../../sim/tasks/box-geometry.ts';
import type { TaskWorld } from '../../sim/tasks/task-world.ts';
import type { Box, PreviewTrace, TraceSample } from '../../skills/agent/critics/trace.ts';
import type { CallRecord } from './cell.ts';

type Untold = Omit<TraceSample, 'line'>;

export class TraceRecorder {
  readonly #world: TaskWorld;
  readonly #startS: number;
  readonly #rig: Pick<Rig, 'envelope'>;
  readonly #things: readonly Box[];
  readonly #samples: Untold[] = [];
  readonly #unsubscribe: () => void;

  constructor(world: TaskWorld, rig: Pick<Rig, 'envelope'>) {
    this.#world = world;
    this.#rig = rig;
    this.#startS = world.timeS;
    this.#things = world.props().map(({ name, pose, size }) => ({ name, ...uprightBounds(pose, size) }));
    this.#unsubscribe = world.onTick(() => {
      this.#samples.push(this.#sample());
    });
  }

  /** Ends the trace. @param calls of the program: each tick belongs to the call that was at work */
  trace(calls: readonly CallRecord[]): PreviewTrace {
    this.#unsubscribe();
    const { fixtures, arms } = this.#world.scene;
    let next = 0;
    const samples = this.#samples.map((sample): TraceSample => {
      const timeS = sample.timeS + this.#startS;
      // A tick is over when its call may already have ended.
      while (next < calls.length && calls[next].endS < timeS - 1e-9) next += 1;
      return { ...sample, line: calls[next]?.line };
    });
    return {
      samples,
      surfaces: fixtures.map(({ name, pose, size }) => ({ name, ...uprightBounds(pose, size) })),
      things: this.#things,
      keepOuts: this.#rig.envelope.keepOuts.map(({ name, min, max }) => ({ name, min, max })),
      tool: arms[0].tool ?? 'hand',
    };
  }

  #sample(): Untold {
    const world = this.#world;
    return {
      timeS: world.timeS - this.#startS,
      arms: world.arms.map((handles, index) => ({
        side: handles.side,
        jointsRad: Array.from(readJoints(world.physics, handles)),
        tool: world.tool(index),
        widthM: world.widthM(index),
        held: world.heldProp(index),
      })),
    };
  }
}

/** The upright box around a turned one. */
function uprightBounds({ position, quatWxyz }: Pose, size: Vec3): { readonly min: Vec3; readonly max: Vec3 } {
  const m = mat3FromQuat(quatWxyz);
  const half = [0, 3].map(
    (row) => (Math.abs(m[row]) * size[0] + Math.abs(m[row + 1]) * size[1] + Math.abs(m[row + 2]) * size[2]) / 2,
  );
  const [hx, hy, hz] = [half[0], half[1], verticalHalf(quatWxyz, size)];
  const [x, y, z] = position;
  return { min: [x - hx, y - hy, z - hz], max: [x + hx, y + hy, z + hz] };
}
