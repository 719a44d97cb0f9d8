// Owns the compiled models that are kept: a text that has been compiled is not compiled again, wherever its free bodies
// begin. Must never hand out a model that somebody else has: everybody may write into theirs.

import type { MainModule, MjModel } from '@mujoco/mujoco';
import type { Pose } from '../spatial.ts';

/** Where a free body begins; its joint has the same name. */
export interface FreeBodyStart {
  readonly name: string;
  readonly pose: Pose;
}

/** Texts kept compiled: the world and the planner's copy of it, for a few tasks at a time. One takes some 0.1 to 1 MB. */
const KEPT_MODELS = 16;

/** The compiler takes quaternions that are this close to unit length as they are. */
const UNIT_TOLERANCE = 1e-14;

/** Least recently used first. */
const kept = new WeakMap<MainModule, Map<string, MjModel>>();

/**
 * A model of one's own of a text, bit for bit what compiling the text with those places in it would have given. Compiling
 * takes 5 ms or more, this less than one.
 * @param starts places of free bodies that differ from the text's
 * @throws what the engine throws when it refuses the text
 */
export function compiledModel(mujoco: MainModule, mjcf: string, starts: readonly FreeBodyStart[]): MjModel {
  const model = new mujoco.MjModel(original(mujoco, mjcf));
  if (starts.length > 0) begin(mujoco, model, starts);
  return model;
}

function original(mujoco: MainModule, mjcf: string): MjModel {
  let models = kept.get(mujoco);
  if (models === undefined) {
    models = new Map();
    kept.set(mujoco, models);
  }
  const known = models.get(mjcf);
  const model = known ?? mujoco.MjModel.from_xml_string(mjcf);
  models.delete(mjcf);
  models.set(mjcf, model);
  for (const [text, oldest] of models) {
    if (models.size <= KEPT_MODELS) break;
    models.delete(text);
    oldest.delete();
  }
  return model;
}

/** Puts free bodies where they begin, and derives from that what the compiler derives. */
function begin(mujoco: MainModule, model: MjModel, starts: readonly FreeBodyStart[]): void {
  const { mjOBJ_BODY, mjOBJ_JOINT } = mujoco.mjtObj;
  for (const { name, pose } of starts) {
    const body = mujoco.mj_name2id(model, mjOBJ_BODY.value, name);
    const joint = mujoco.mj_name2id(model, mjOBJ_JOINT.value, name);
    if (body < 0 || joint < 0) throw new RangeError(`the model has no free body named "${name}"`);
    const position = pose.position.map(asWritten);
    const quatWxyz = asCompiled(pose.quatWxyz);
    model.body_pos.set(position, 3 * body);
    model.body_quat.set(quatWxyz, 4 * body);
    const qpos = model.jnt_qposadr[joint];
    model.qpos0.set([...position, ...quatWxyz], qpos);
    model.qpos_spring.set([...position, ...quatWxyz], qpos);
  }
  const data = new mujoco.MjData(model);
  mujoco.mj_setConst(model, data);
  data.delete();
}

function asCompiled(quatWxyz: readonly number[]): number[] {
  const length = Math.sqrt(quatWxyz.reduce((sum, part) => sum + part * part, 0));
  const isUnit = Math.abs(length - 1) <= UNIT_TOLERANCE;
  return quatWxyz.map((part) => asWritten(isUnit ? part : part / length));
}

/** A text knows no negative zero. */
function asWritten(value: number): number {
  return value + 0;
}
