// Owns what tier S1 knows of the scene: the simulator's own truth, by the names of the task. Must never serve another
// tier.

import type { ArmSide, Robot } from '../../drivers/robot.ts';
import type { GroundTruth, TrueObject } from '../../drivers/scene-ports.ts';
import type { Vec3 } from '../../sim/spatial.ts';
import { distanceToBox } from '../../sim/tasks/box-geometry.ts';
import { isBar, proposeBarGrasps } from './bar-grasps.ts';
import { PolicyError } from './errors.ts';
import { proposeGrasps } from './grasp-proposals.ts';
import { FULL_WIDTH_M } from './grip.ts';
import { armIndex } from './motions.ts';
import type { FoundObject, SceneKnowledge } from './scene-knowledge.ts';

/** An object that sank this much after it was let go has fallen, metres. */
const DROP_M = 0.02;
/** An object whose box is this close to the fingertip is the one in the grip, metres. */
const IN_GRIP_M = 0.03;

export function trueScene(truth: GroundTruth, robot: Pick<Robot, 'state'>): SceneKnowledge {
  async function held(arm: ArmSide): Promise<TrueObject | undefined> {
    const state = (await robot.state()).arms[armIndex(arm)];
    if (!state.holding) return undefined;
    const candidates = (await truth.objects())
      .filter((object) => object.kind === 'prop')
      .map((object) => ({
        object,
        awayM: distanceToBox(state.tool.position, { pose: object.pose, size: object.extent }),
      }))
      .filter(({ awayM }) => awayM < IN_GRIP_M)
      .sort((a, b) => a.awayM - b.awayM);
    return candidates[0]?.object;
  }

  async function find(name: string): Promise<TrueObject> {
    const objects = await truth.objects();
    const wanted = name.trim().toLowerCase();
    const found = objects.find((object) => object.name === wanted);
    if (found !== undefined) return found;
    throw new PolicyError({
      code: 'UNKNOWN_OBJECT',
      stage: 'perception',
      message: `There is no object named "${name}" in the scene. The arm is still.`,
      hint: `The objects are: ${objects
        .filter((object) => object.kind !== 'fixture')
        .map((object) => `"${object.name}"`)
        .join(', ')}.`,
    });
  }

  return {
    uncertaintyM: 0,
    find,
    names: async (asked) =>
      (await truth.objects())
        .filter(({ kind, name }) => kind === 'prop' || (kind === 'marks' && asked.includes(name)))
        .map(({ name }) => name),
    colorRgb: async (name) => {
      const { colorSrgb = [0.5, 0.5, 0.5] } = await find(name);
      return colorSrgb.map((channel) => Math.round(255 * channel)) as unknown as Vec3;
    },
    known: async () => (await truth.objects()).filter(({ kind }) => kind === 'prop'),
    grasps: async (object: FoundObject, arm) => {
      const { tool } = (await robot.state()).arms[armIndex(arm)];
      const place = (await truth.objects()).find(({ name, kind }) => kind === 'feature' && name === object.name);
      return place !== undefined && isBar(place.extent, FULL_WIDTH_M)
        ? proposeBarGrasps(place, tool, FULL_WIDTH_M)
        : proposeGrasps(object, tool.quatWxyz, FULL_WIDTH_M);
    },
    afterGrip: async () => undefined,
    beforeRelease: async (arm) => {
      const before = await held(arm);
      if (before === undefined) return undefined;
      return {
        afterwards: async () => {
          const after = (await truth.objects()).find((object) => object.name === before.name);
          const fellM = after === undefined ? 0 : before.pose.position[2] - after.pose.position[2];
          return fellM > DROP_M ? { name: before.name, fellM } : undefined;
        },
      };
    },
  };
}
