// Owns one MuJoCo model with its data: loading, stepping, snapshots and disposal. The only file that touches the
// engine's memory. Must never keep a view across a load: views detach when the engine's memory grows.

import type { DoubleBuffer, MainModule, MjData, MjModel } from '@mujoco/mujoco';
import { compiledModel, type FreeBodyStart } from './compiled-models.ts';
import { PhysicsError } from './physics-error.ts';

/** The loaded MuJoCo module; `loadMujoco` of @mujoco/mujoco gives it. */
export type Mujoco = MainModule;

/** Seconds of one physics step. */
export const STEP_S = 0.002;

/** Views into the engine's memory: live, and only valid until the next `Physics` is created (see `views`). */
export interface PhysicsViews {
  readonly qpos: Float64Array;
  readonly qvel: Float64Array;
  readonly qacc: Float64Array;
  readonly ctrl: Float64Array;
  /** Rows of 3, metres, world frame. */
  readonly xpos: Float64Array;
  /** Rows of 4, wxyz. */
  readonly xquat: Float64Array;
  /** Rows of 3, metres. */
  readonly siteXpos: Float64Array;
  /** Rows of 9, row-major. */
  readonly siteXmat: Float64Array;
  readonly actuatorForce: Float64Array;
  /** What contacts, joint limits and equalities exert on each degree of freedom: newtons or newton metres. */
  readonly constraintForce: Float64Array;
  /** What the sensors of the model read in the last step. */
  readonly sensorData: Float64Array;
  /** Rows of 2 (low, high), newtons or newton metres. Belongs to the model, so snapshots do not hold it. */
  readonly actuatorForceRange: Float64Array;
}

/** One touching or overlapping pair of geoms. */
export interface Contact {
  readonly geomA: number;
  readonly geomB: number;
  /** Negative when they overlap, metres. */
  readonly distanceM: number;
  readonly position: readonly [number, number, number];
}

export type NamedKind = 'body' | 'joint' | 'geom' | 'site' | 'actuator' | 'sensor';

const NOTHING = new Float64Array(0);
const NO_VIEWS: PhysicsViews = {
  qpos: NOTHING,
  qvel: NOTHING,
  qacc: NOTHING,
  ctrl: NOTHING,
  xpos: NOTHING,
  xquat: NOTHING,
  siteXpos: NOTHING,
  siteXmat: NOTHING,
  actuatorForce: NOTHING,
  constraintForce: NOTHING,
  sensorData: NOTHING,
  actuatorForceRange: NOTHING,
};

export class Physics {
  readonly model: MjModel;
  readonly data: MjData;
  readonly #mujoco: Mujoco;
  readonly #stateKind: number;
  readonly #state: DoubleBuffer;
  readonly #positionJacobian: DoubleBuffer;
  readonly #rotationJacobian: DoubleBuffer;
  #views: PhysicsViews;
  #disposed = false;

  /**
   * Compiles a model, if that has not been done before.
   * @param starts free bodies that begin elsewhere than the text says
   * @throws PhysicsError INVALID_MODEL when MuJoCo refuses the text
   */
  constructor(mujoco: Mujoco, mjcf: string, starts: readonly FreeBodyStart[] = []) {
    this.#mujoco = mujoco;
    try {
      this.model = compiledModel(mujoco, mjcf, starts);
    } catch (cause) {
      throw new PhysicsError(
        'INVALID_MODEL',
        `MuJoCo refused the scene: ${spoken(cause)}`,
        'check the sizes and names of the props in the task file',
        { cause },
      );
    }
    this.data = new mujoco.MjData(this.model);
    this.#stateKind = mujoco.mjtState.mjSTATE_INTEGRATION.value;
    this.#state = new mujoco.DoubleBuffer(mujoco.mj_stateSize(this.model, this.#stateKind));
    this.#positionJacobian = new mujoco.DoubleBuffer(3 * this.model.nv);
    this.#rotationJacobian = new mujoco.DoubleBuffer(3 * this.model.nv);
    this.#views = this.#takeViews();
    this.forward();
  }

  /** Live views; taken again when the engine's memory has grown since. Cheap: call it once per loop, not per value. */
  get views(): PhysicsViews {
    if (this.#views.qpos.length === 0) {
      this.#assertAlive();
      this.#views = this.#takeViews();
    }
    return this.#views;
  }

  get timeS(): number {
    return this.data.time;
  }

  /**
   * Advances by `count` steps of STEP_S. Does not look at the result: call `assertFinite` once per control tick.
   * @throws PhysicsError DISPOSED
   */
  step(count = 1): void {
    this.#assertAlive();
    for (let i = 0; i < count; i++) this.#mujoco.mj_step(this.model, this.data);
  }

  /** @throws PhysicsError DIVERGED when a velocity is not a number or beyond all reason */
  assertFinite(): void {
    const { qvel } = this.views;
    for (let i = 0; i < qvel.length; i++) {
      if (!(Math.abs(qvel[i]) < 1e4)) {
        throw new PhysicsError(
          'DIVERGED',
          `the simulation diverged at ${this.data.time.toFixed(3)} s (velocity ${qvel[i]} of degree of freedom ${i}); the simulated arm is not moving any more`,
          'reset the world; if it repeats, objects overlap at the start or a mass is far too small',
        );
      }
    }
  }

  /** Recomputes everything that follows from qpos, qvel and ctrl without advancing time. */
  forward(): void {
    this.#mujoco.mj_forward(this.model, this.data);
  }

  /** Positions of bodies and sites from qpos alone. */
  kinematics(): void {
    this.#mujoco.mj_kinematics(this.model, this.data);
  }

  /** Contacts from qpos alone, without forces. */
  detectContacts(): number {
    this.#mujoco.mj_kinematics(this.model, this.data);
    this.#mujoco.mj_collision(this.model, this.data);
    return this.data.ncon;
  }

  /** Copies the present contacts. About 2 microseconds per contact. */
  contacts(): Contact[] {
    const count = this.data.ncon;
    if (count === 0) return [];
    const list = this.data.contact;
    const contacts: Contact[] = [];
    try {
      for (let i = 0; i < count; i++) {
        const contact = list.get(i);
        if (contact === undefined) continue;
        const { pos } = contact;
        contacts.push({
          geomA: contact.geom1,
          geomB: contact.geom2,
          distanceM: contact.dist,
          position: [pos[0], pos[1], pos[2]],
        });
        contact.delete();
      }
    } finally {
      list.delete();
    }
    return contacts;
  }

  /**
   * Jacobian of a site for the present qpos, after `kinematics`.
   * @returns views of 3 x nv, row-major: metres and radians per unit of velocity; overwritten by the next call
   */
  siteJacobian(site: number): { position: Float64Array; rotation: Float64Array } {
    this.#mujoco.mj_comPos(this.model, this.data);
    this.#mujoco.mj_jacSite(this.model, this.data, this.#positionJacobian, this.#rotationJacobian, site);
    return { position: this.#positionJacobian.GetView(), rotation: this.#rotationJacobian.GetView() };
  }

  /** Copy of the full state: restoring it and stepping gives bit for bit what stepping on would have given. */
  snapshot(): Float64Array {
    this.#assertAlive();
    this.#mujoco.mj_getState(this.model, this.data, this.#state, this.#stateKind);
    return Float64Array.from(this.#state.GetView() as Float64Array);
  }

  /** @throws PhysicsError SNAPSHOT_MISMATCH when the snapshot belongs to another model */
  restore(snapshot: Float64Array): void {
    this.#assertAlive();
    const view: Float64Array = this.#state.GetView();
    if (snapshot.length !== view.length) {
      throw new PhysicsError(
        'SNAPSHOT_MISMATCH',
        `the snapshot holds ${snapshot.length} numbers, this world needs ${view.length}; nothing was changed`,
        'restore it into a world of the same task and seed',
      );
    }
    view.set(snapshot);
    this.#mujoco.mj_setState(this.model, this.data, view as unknown as number[], this.#stateKind);
    this.forward();
  }

  /** Back to the state of the model file. */
  reset(): void {
    this.#assertAlive();
    this.#mujoco.mj_resetData(this.model, this.data);
    this.forward();
  }

  /** Index of a named element. @throws RangeError for an unknown name */
  id(kind: NamedKind, name: string): number {
    const id = this.#mujoco.mj_name2id(this.model, this.#objectType(kind), name);
    if (id < 0) throw new RangeError(`the model has no ${kind} named "${name}"`);
    return id;
  }

  /** Name of an element, or an empty text where it has none. */
  nameOf(kind: NamedKind, id: number): string {
    return this.#mujoco.mj_id2name(this.model, this.#objectType(kind), id) ?? '';
  }

  /** Where a joint's values stand in qpos and qvel. @throws RangeError for an unknown name */
  jointAddress(name: string): { readonly qpos: number; readonly qvel: number } {
    const joint = this.id('joint', name);
    return { qpos: this.model.jnt_qposadr[joint], qvel: this.model.jnt_dofadr[joint] };
  }

  /** Where a sensor's values begin in sensorData. @throws RangeError for an unknown name */
  sensorAddress(name: string): number {
    return this.model.sensor_adr[this.id('sensor', name)];
  }

  /** Frees the engine's memory; safe to call twice. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#views = NO_VIEWS;
    this.#state.delete();
    this.#positionJacobian.delete();
    this.#rotationJacobian.delete();
    this.data.delete();
    this.model.delete();
  }

  /** The engine gives freed memory to others: nothing may read or write it through a disposed world. */
  #assertAlive(): void {
    if (!this.#disposed) return;
    throw new PhysicsError('DISPOSED', 'this world was closed; nothing moves in it any more', 'open a new world');
  }

  #objectType(kind: NamedKind): number {
    const types = this.#mujoco.mjtObj;
    return {
      body: types.mjOBJ_BODY,
      joint: types.mjOBJ_JOINT,
      geom: types.mjOBJ_GEOM,
      site: types.mjOBJ_SITE,
      actuator: types.mjOBJ_ACTUATOR,
      sensor: types.mjOBJ_SENSOR,
    }[kind].value;
  }

  #takeViews(): PhysicsViews {
    const { data, model } = this;
    return {
      qpos: data.qpos,
      qvel: data.qvel,
      qacc: data.qacc,
      ctrl: data.ctrl,
      xpos: data.xpos,
      xquat: data.xquat,
      siteXpos: data.site_xpos,
      siteXmat: data.site_xmat,
      actuatorForce: data.actuator_force,
      constraintForce: data.qfrc_constraint,
      sensorData: data.sensordata,
      actuatorForceRange: model.actuator_forcerange,
    };
  }
}

/** The engine's own words on one line. */
function spoken(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, ' ').trim();
}
