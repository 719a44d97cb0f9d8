// Owns the planner's private copy of the world: arms, furniture, props and boxes as they are believed to be, asked only
// for contacts. It never steps. Must never be the world that is simulated or driven.

import type { Contact, Mujoco } from '../engine/physics.ts';
import { Physics } from '../engine/physics.ts';
import { type ArmHandles, findArm } from '../robots/panda/arm-handles.ts';
import { toolPose } from '../robots/panda/kinematics.ts';
import { JOINT_COUNT } from '../robots/panda/limits.ts';
import { geomName, PLANNING_PROP_BITS, partsOf, type Scene, sceneModel } from '../scenes/scene.ts';
import { compose, type Pose } from '../spatial.ts';
import { type BelievedBox, parkedPose, resizeSlot, slotProps } from './box-slots.ts';
import { type CollisionBits, heldBits, NO_BITS, spareArmBits } from './held-bits.ts';
import { noteDeepest, pairKey, StartTouches } from './start-touches.ts';

/** A prop or a box in the grip: it moves with the tool. What both hands hold moves with the first. */
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
  /** At most as many as the scene has slots for; none when left out. */
  readonly boxes?: readonly BelievedBox[];
}

export interface PlanningSceneOptions {
  /** Slots for boxes whose sizes are known only later; none when left out. */
  readonly believedBoxes?: number;
  /** What something held may overlap its surroundings by, metres. */
  readonly heldToleranceM?: number;
}

/** Two things that overlap more than they may. */
export interface Collision {
  readonly one: string;
  readonly other: string;
  /** How deep, metres; shells of the arm are grown by the planner's clearance. */
  readonly depthM: number;
  readonly position: readonly [number, number, number];
  /** True when a link of an arm is one of them: with another posture of the same tool pose it might not be. */
  readonly withLink: boolean;
}

/** A held prop may rub its surroundings by this much: it stands on things, and its grip is not exact (m). */
const HELD_TOLERANCE_M = 0.003;
/** Fingers go down close beside props, so that they may come this near to them; nearer than to furniture (m). */
const FINGER_CLEARANCE_M = 0.001;
/** The sprung face of a tool works in contact: it may be pressed into furniture by this much (m). */
const FACE_PRESS_M = 0.005;

type GeomRole = 'shell' | 'finger' | 'face' | 'prop' | 'fixture';
const NAMED_IN_ORDER: readonly GeomRole[] = ['finger', 'face', 'shell', 'prop', 'fixture'];

/** Links that another posture of the same tool pose puts elsewhere; the last one goes with the tool. */
const BEFORE_THE_TOOL = /\/link[0-6]\//;

interface PlannedGeom {
  name: string;
  readonly role: GeomRole;
  readonly link: boolean;
  /** As compiled, metres. */
  readonly marginM: number;
}

/** What can be placed anywhere: a prop, or a slot for a box. */
interface Movable {
  readonly qpos: number;
  readonly body: number;
  readonly geoms: readonly number[];
}

export class PlanningScene {
  readonly physics: Physics;
  readonly arms: readonly ArmHandles[];
  readonly #mounts: readonly Pose[];
  readonly #heldToleranceM: number;
  readonly #geoms: PlannedGeom[] = [];
  readonly #bodyOf: ArrayLike<number>;
  readonly #props = new Map<string, Movable>();
  readonly #slots: readonly Movable[];
  /** Which slot a box has now. */
  #boxes = new Map<string, Movable>();
  #held: readonly HeldProp[] = [];
  #startTouches: StartTouches | undefined;
  /** Per pair of geoms: how deep they are in each other, metres. */
  #nearAtEnds: ReadonlyMap<string, number> = new Map();
  #moreRoomM = 0;

  constructor(mujoco: Mujoco, scene: Scene, options: PlanningSceneOptions = {}) {
    const slots = slotProps(options.believedBoxes ?? 0);
    const props = [...scene.props, ...slots];
    const { mjcf, starts } = sceneModel(scene, 'planning', slots);
    this.physics = new Physics(mujoco, mjcf, starts);
    this.arms = scene.arms.map((arm) => findArm(this.physics, arm.side));
    this.#mounts = scene.arms.map((arm) => arm.worldFromBase);
    this.#heldToleranceM = options.heldToleranceM ?? HELD_TOLERANCE_M;
    const { model } = this.physics;
    this.#bodyOf = model.geom_bodyid.slice();
    const owners = new Map<string, { readonly name: string; readonly role: 'prop' | 'fixture' }>();
    for (const prop of props) {
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
      const owner = owners.get(name);
      this.#geoms.push({
        ...(owner ?? { name: spokenPart(name, scene.arms.length), role: roleOf(name) }),
        link: owner === undefined && BEFORE_THE_TOOL.test(name),
        marginM: model.geom_margin[geom],
      });
      if (owner === undefined) this.#addBits(geom, spareArmBits(name, this.arms));
    }
    const movable = (prop: (typeof props)[number]): Movable => ({
      qpos: this.physics.jointAddress(prop.name).qpos,
      body: this.physics.id('body', prop.name),
      geoms: partsOf(prop).map((_, index) => this.physics.id('geom', geomName(prop, index))),
    });
    for (const prop of scene.props) this.#props.set(prop.name, movable(prop));
    this.#slots = slots.map(movable);
  }

  /**
   * Takes over the believed state of the world; everything asked afterwards refers to it.
   * @throws RangeError for more boxes than there are slots
   */
  update(state: PlanningState): void {
    const { qpos } = this.physics.views;
    this.arms.forEach((arm, index) => {
      const { jointsRad, widthM } = state.arms[index];
      for (let j = 0; j < JOINT_COUNT; j++) qpos[arm.qpos + j] = jointsRad[j];
      for (const finger of arm.fingerQpos) qpos[finger] = widthM / 2;
    });
    this.#placeBoxes(state.boxes ?? []);
    for (const [prop, pose] of state.props) this.#place(this.#props.get(prop), pose);
    for (const [name, thing] of [...this.#props, ...this.#boxes]) {
      const holders = state.held.filter(({ prop }) => prop === name);
      this.#setBits(
        thing,
        holders.length === 0 ? PLANNING_PROP_BITS : heldBits(holders.map(({ side }) => this.#indexOf(side))),
      );
    }
    this.#held = state.held.filter(({ prop }, index, all) => all.findIndex((one) => one.prop === prop) === index);
    this.keepAway(0, []);
    const contacts = this.#contactsAt(state.arms.map(({ jointsRad }) => jointsRad));
    this.#startTouches = new StartTouches(contacts, this.#bodyOf, this.physics.views.xpos);
  }

  /**
   * The deepest forbidden overlap with the arms at these joints, or undefined when the way is clear.
   * @param joints one posture per arm, radians
   */
  collisionAt(joints: readonly ArrayLike<number>[]): Collision | undefined {
    let worst: { contact: Contact; depthM: number } | undefined;
    for (const contact of this.#contactsAt(joints)) {
      const depthM = -contact.distanceM;
      const allowed = Math.max(
        this.#tolerance(contact),
        this.#startTouches?.allowedM(contact, this.physics.views.xpos) ?? Number.NEGATIVE_INFINITY,
        this.#nearAtEnds.get(pairKey(contact)) ?? Number.NEGATIVE_INFINITY,
      );
      if (depthM > allowed && (worst === undefined || depthM > worst.depthM)) worst = { contact, depthM };
    }
    if (worst === undefined) return undefined;
    const { contact, depthM } = worst;
    // What moves is named first: the arm before props, props before furniture.
    const [one, other] = [this.#geoms[contact.geomA], this.#geoms[contact.geomB]].sort(
      (a, b) => NAMED_IN_ORDER.indexOf(a.role) - NAMED_IN_ORDER.indexOf(b.role),
    );
    const { position } = contact;
    return { one: one.name, other: other.name, depthM, position, withLink: one.link || other.link };
  }

  /**
   * Asks for this much more room around everything that moves, until `update` or the next call; 0 takes it back. What is
   * nearer than that at one of the ends may stay as near.
   * @param ends joints of every arm at the ends of a way, radians
   */
  keepAway(moreM: number, ends: readonly (readonly ArrayLike<number>[])[]): void {
    this.#nearAtEnds = new Map();
    this.#setRoom(0);
    if (moreM === 0) return;
    // A start in a thing gives no leave to be in it: pairs that are too near without more room are left out.
    const taken = ends.map((joints) => {
      const contacts = this.#contactsAt(joints);
      return new Set(contacts.filter((one) => -one.distanceM > this.#tolerance(one)).map(pairKey));
    });
    this.#setRoom(moreM);
    const near = new Map<string, number>();
    ends.forEach((joints, k) => {
      const contacts = this.#contactsAt(joints);
      noteDeepest(
        contacts.filter((one) => !taken[k].has(pairKey(one))),
        near,
      );
    });
    this.#nearAtEnds = near;
  }

  dispose(): void {
    this.physics.dispose();
  }

  #contactsAt(joints: readonly ArrayLike<number>[]): Contact[] {
    const { qpos } = this.physics.views;
    this.arms.forEach((arm, index) => {
      for (let j = 0; j < JOINT_COUNT; j++) qpos[arm.qpos + j] = joints[index][j];
    });
    for (const { side, prop, toolFromProp } of this.#held) {
      const index = this.#indexOf(side);
      const worldFromTool = compose(this.#mounts[index], toolPose(joints[index]));
      this.#place(this.#movable(prop), compose(worldFromTool, toolFromProp));
    }
    return this.physics.detectContacts() === 0 ? [] : this.physics.contacts();
  }

  #setRoom(moreM: number): void {
    const { geom_margin: margins, body_margin: bodyMargins } = this.physics.model;
    const held = this.#held.flatMap(({ prop }) => this.#movable(prop)?.geoms ?? []);
    this.#geoms.forEach(({ marginM, role }, geom) => {
      const moves = (role !== 'prop' && role !== 'fixture') || held.includes(geom);
      margins[geom] = marginM + (moves ? moreM : 0);
    });
    // The engine rules pairs of bodies out by the largest margin of their geoms.
    bodyMargins.fill(0);
    for (let geom = 0; geom < margins.length; geom++) {
      const body = this.#bodyOf[geom];
      bodyMargins[body] = Math.max(bodyMargins[body], margins[geom]);
    }
    this.#moreRoomM = moreM;
  }

  /** How deep these two may be in each other; less than nothing where they have to keep apart. Metres. */
  #tolerance({ geomA, geomB }: Contact): number {
    const more = this.#moreRoomM;
    const roles = [this.#geoms[geomA].role, this.#geoms[geomB].role];
    if (roles.includes('shell')) return Number.NEGATIVE_INFINITY;
    if (roles.includes('face') && roles.includes('fixture')) return more > 0 ? -more : FACE_PRESS_M;
    if (!roles.includes('finger') && !roles.includes('face')) return more > 0 ? -more : this.#heldToleranceM;
    return roles.includes('prop') ? -FINGER_CLEARANCE_M - more : Number.NEGATIVE_INFINITY;
  }

  #movable(name: string): Movable | undefined {
    return this.#boxes.get(name) ?? this.#props.get(name);
  }

  #indexOf(side: 'left' | 'right'): number {
    return this.arms.findIndex((arm) => arm.side === side);
  }

  #placeBoxes(boxes: readonly BelievedBox[]): void {
    if (boxes.length > this.#slots.length) {
      throw new RangeError(`the planner has room for ${this.#slots.length} boxes, not for ${boxes.length}`);
    }
    this.#boxes = new Map();
    this.#slots.forEach((slot, index) => {
      const box = boxes[index];
      this.#place(slot, box?.pose ?? parkedPose(index));
      if (box === undefined) {
        this.#setBits(slot, NO_BITS);
        return;
      }
      resizeSlot(this.physics, index, box.size);
      this.#boxes.set(box.name, slot);
      this.#geoms[slot.geoms[0]].name = box.name;
    });
  }

  #place(thing: Movable | undefined, pose: Pose): void {
    if (thing === undefined) return;
    const { qpos } = this.physics.views;
    for (let i = 0; i < 3; i++) qpos[thing.qpos + i] = pose.position[i];
    for (let i = 0; i < 4; i++) qpos[thing.qpos + 3 + i] = pose.quatWxyz[i];
  }

  #setBits({ body, geoms }: Movable, bits: CollisionBits): void {
    const { model } = this.physics;
    for (const geom of geoms) {
      model.geom_contype[geom] = bits.contype;
      model.geom_conaffinity[geom] = bits.conaffinity;
    }
    // The engine rules pairs of bodies out before it looks at their geoms.
    model.body_contype[body] = bits.contype;
    model.body_conaffinity[body] = bits.conaffinity;
  }

  /** Lets a part of an arm meet more than it was compiled for. */
  #addBits(geom: number, conaffinity: number): void {
    const { model } = this.physics;
    model.geom_conaffinity[geom] |= conaffinity;
    model.body_conaffinity[model.geom_bodyid[geom]] |= conaffinity;
  }
}

/** Role of a part of an arm, by the name of its geom. */
function roleOf(geomName: string): GeomRole {
  if (geomName.includes('_finger')) return 'finger';
  return geomName.includes('/tool_') && !geomName.includes('/tool_mount') ? 'face' : 'shell';
}

/** "left/link5/1" as a person would say it; with two arms, whose it is. */
function spokenPart(geomName: string, armCount: number): string {
  const [side, part = geomName] = geomName.split('/');
  const whose = armCount > 1 ? `${side} ` : '';
  if (part.includes('finger')) return `the ${whose}fingers`;
  if (part.startsWith('tool_')) return `the ${whose}tool`;
  if (part === 'hand') return `the ${whose}hand`;
  return part.startsWith('link') ? `the ${whose}arm (link ${part.slice(4)})` : part;
}
