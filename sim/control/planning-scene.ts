// Owns the planner's private copy of the world: arms, furniture and props as they are believed to be, asked only for
// contacts. It never steps. Must never be the world that is simulated or driven.

import type { Contact, Mujoco } from '../engine/physics.ts';
import { Physics } from '../engine/physics.ts';
import { type ArmHandles, findArm } from '../robots/panda/arm-handles.ts';
import { toolPose } from '../robots/panda/kinematics.ts';
import { JOINT_COUNT } from '../robots/panda/limits.ts';
import { geomName, PLANNING_HELD_BITS, PLANNING_PROP_BITS, partsOf, type Scene, sceneMjcf } from '../scenes/scene.ts';
import { compose, type Pose } from '../spatial.ts';

/** A prop in the grip: it moves with the tool. */
export interface HeldProp {
  readonly side: 'left' | 'right';
  readonly prop: string;
  readonly toolFromProp: Pose;
}

/** Where everything stands that a motion may meet. */
export interface PlanningState {
  /** Per arm: joint angles (rad) and opening of the hand (m). */
  readonly arms: readonly { readonly jointsRad: ArrayLike<number>; readonly widthM: number }[];
  readonly props: ReadonlyMap<string, Pose>;
  readonly held: readonly HeldProp[];
}

/** Two things that overlap more than they may. */
export interface Collision {
  readonly one: string;
  readonly other: string;
  /** How deep, metres; shells of the arm are grown by the planner's clearance. */
  readonly depthM: number;
  readonly position: readonly [number, number, number];
}

/** A held prop may rub its surroundings by this much: it stands on things, and its grip is not exact (m). */
const HELD_TOLERANCE_M = 0.003;
/** Fingers go down close beside props, so that they may come this near to them; nearer than to furniture (m). */
const FINGER_CLEARANCE_M = 0.001;
/** What touches at the start may stay, but get no deeper than this (m). */
const START_TOLERANCE_M = 0.001;

type GeomRole = 'shell' | 'finger' | 'prop' | 'fixture';
const NAMED_IN_ORDER: readonly GeomRole[] = ['finger', 'shell', 'prop', 'fixture'];

export class PlanningScene {
  readonly physics: Physics;
  readonly arms: readonly ArmHandles[];
  readonly #mounts: readonly Pose[];
  readonly #geoms: { readonly name: string; readonly role: GeomRole }[] = [];
  readonly #propQpos = new Map<string, number>();
  readonly #propGeoms = new Map<string, readonly number[]>();
  #held: readonly HeldProp[] = [];
  #touchingAtStart = new Map<string, number>();

  constructor(mujoco: Mujoco, scene: Scene) {
    this.physics = new Physics(mujoco, sceneMjcf(scene, 'planning'));
    this.arms = scene.arms.map((arm) => findArm(this.physics, arm.side));
    this.#mounts = scene.arms.map((arm) => arm.worldFromBase);
    const { model } = this.physics;
    const owners = new Map<string, { readonly name: string; readonly role: 'prop' | 'fixture' }>();
    for (const prop of scene.props) {
      partsOf(prop).forEach((_, index) => {
        owners.set(geomName(prop, index), { name: prop.name, role: 'prop' });
      });
    }
    for (const fixture of scene.fixtures) {
      partsOf(fixture).forEach((_, index) => {
        owners.set(geomName(fixture, index), { name: fixture.name, role: 'fixture' });
      });
    }
    for (let geom = 0; geom < model.ngeom; geom++) {
      const name = this.physics.nameOf('geom', geom);
      this.#geoms.push(
        owners.get(name) ?? {
          name: spokenPart(name, scene.arms.length),
          role: name.includes('_finger') ? 'finger' : 'shell',
        },
      );
    }
    for (const prop of scene.props) {
      this.#propQpos.set(prop.name, this.physics.jointAddress(prop.name).qpos);
      this.#propGeoms.set(
        prop.name,
        partsOf(prop).map((_, index) => this.physics.id('geom', geomName(prop, index))),
      );
    }
  }

  /** Takes over the believed state of the world; everything asked afterwards refers to it. */
  update(state: PlanningState): void {
    const { qpos } = this.physics.views;
    this.arms.forEach((arm, index) => {
      const { jointsRad, widthM } = state.arms[index];
      for (let j = 0; j < JOINT_COUNT; j++) qpos[arm.qpos + j] = jointsRad[j];
      for (const finger of arm.fingerQpos) qpos[finger] = widthM / 2;
    });
    for (const [prop, pose] of state.props) this.#placeProp(prop, pose);
    const { geom_contype: contype, geom_conaffinity: conaffinity, geom_bodyid: bodyOf } = this.physics.model;
    const { body_contype: bodyContype, body_conaffinity: bodyConaffinity } = this.physics.model;
    for (const [prop, geoms] of this.#propGeoms) {
      const held = state.held.some((one) => one.prop === prop);
      const bits = held ? PLANNING_HELD_BITS : PLANNING_PROP_BITS;
      for (const geom of geoms) {
        contype[geom] = bits.contype;
        conaffinity[geom] = bits.conaffinity;
      }
      const [geom] = geoms;
      // The engine rules pairs of bodies out before it looks at their geoms.
      bodyContype[bodyOf[geom]] = bits.contype;
      bodyConaffinity[bodyOf[geom]] = bits.conaffinity;
    }
    this.#held = state.held;
    this.#touchingAtStart = new Map();
    for (const contact of this.#contactsAt(this.arms.map((_, index) => state.arms[index].jointsRad))) {
      const pair = pairKey(contact);
      const depth = Math.max(-contact.distanceM, this.#touchingAtStart.get(pair) ?? Number.NEGATIVE_INFINITY);
      this.#touchingAtStart.set(pair, depth);
    }
  }

  /**
   * The deepest forbidden overlap with the arms at these joints, or undefined when the way is clear.
   * @param joints one posture per arm, radians
   */
  collisionAt(joints: readonly ArrayLike<number>[]): Collision | undefined {
    let worst: { contact: Contact; depthM: number } | undefined;
    for (const contact of this.#contactsAt(joints)) {
      const depthM = -contact.distanceM;
      const atStart = this.#touchingAtStart.get(pairKey(contact));
      const allowed = Math.max(
        this.#tolerance(contact),
        atStart === undefined ? Number.NEGATIVE_INFINITY : atStart + START_TOLERANCE_M,
      );
      if (depthM > allowed && (worst === undefined || depthM > worst.depthM)) worst = { contact, depthM };
    }
    if (worst === undefined) return undefined;
    const { contact, depthM } = worst;
    // What moves is named first: the arm before props, props before furniture.
    const [one, other] = [this.#geoms[contact.geomA], this.#geoms[contact.geomB]].sort(
      (a, b) => NAMED_IN_ORDER.indexOf(a.role) - NAMED_IN_ORDER.indexOf(b.role),
    );
    return { one: one.name, other: other.name, depthM, position: contact.position };
  }

  dispose(): void {
    this.physics.dispose();
  }

  #contactsAt(joints: readonly ArrayLike<number>[]): Contact[] {
    const { qpos } = this.physics.views;
    this.arms.forEach((arm, index) => {
      for (let j = 0; j < JOINT_COUNT; j++) qpos[arm.qpos + j] = joints[index][j];
    });
    for (const held of this.#held) {
      const index = this.arms.findIndex((arm) => arm.side === held.side);
      const worldFromTool = compose(this.#mounts[index], toolPose(joints[index]));
      this.#placeProp(held.prop, compose(worldFromTool, held.toolFromProp));
    }
    return this.physics.detectContacts() === 0 ? [] : this.physics.contacts();
  }

  #tolerance({ geomA, geomB }: Contact): number {
    const roles = [this.#geoms[geomA].role, this.#geoms[geomB].role];
    if (roles.includes('shell')) return Number.NEGATIVE_INFINITY;
    if (!roles.includes('finger')) return HELD_TOLERANCE_M;
    return roles.includes('prop') ? -FINGER_CLEARANCE_M : Number.NEGATIVE_INFINITY;
  }

  #placeProp(prop: string, pose: Pose): void {
    const at = this.#propQpos.get(prop);
    if (at === undefined) return;
    const { qpos } = this.physics.views;
    for (let i = 0; i < 3; i++) qpos[at + i] = pose.position[i];
    for (let i = 0; i < 4; i++) qpos[at + 3 + i] = pose.quatWxyz[i];
  }
}

function pairKey({ geomA, geomB }: Contact): string {
  return geomA < geomB ? `${geomA}/${geomB}` : `${geomB}/${geomA}`;
}

/** "left/link5/1" as a person would say it; with two arms, whose it is. */
function spokenPart(geomName: string, armCount: number): string {
  const [side, part = geomName] = geomName.split('/');
  const whose = armCount > 1 ? `${side} ` : '';
  if (part.includes('finger')) return `the ${whose}fingers`;
  if (part === 'hand') return `the ${whose}hand`;
  return part.startsWith('link') ? `the ${whose}arm (link ${part.slice(4)})` : part;
}
