// Owns one simulated world of a task: physics, servos, clock ticks and the true state of every object. Moves only when
// told to tick. Must never be reached by policy code: the API sees it through ports.

import type { ArmServoState } from '../control/arm-servo.ts';
import { ArmServo } from '../control/arm-servo.ts';
import type { HandServoState } from '../control/hand-servo.ts';
import { HandServo } from '../control/hand-servo.ts';
import { type Mujoco, Physics, STEP_S } from '../engine/physics.ts';
import { PhysicsError } from '../engine/physics-error.ts';
import { type ArmHandles, findArm, readJoints, readWidth } from '../robots/panda/arm-handles.ts';
import { toolPose } from '../robots/panda/kinematics.ts';
import { FRANKA_HAND_LIMITS, JOINT_COUNT } from '../robots/panda/limits.ts';
import { CartPole, type CartPoleState } from '../scenes/cart-pole.ts';
import { geomName, partsOf, type Scene, sceneModel } from '../scenes/scene.ts';
import type { Cavity } from '../scenes/shapes/cavity.ts';
import { compose, type Pose, quatNormalize, type Vec3 } from '../spatial.ts';
import { createTraceHash, type TraceHash } from '../trace-hash.ts';
import { Marks, type MarksState } from './marks.ts';

/** Physics steps per tick: trace, replay and decisions go by ticks of 10 ms. */
export const STEPS_PER_TICK = 5;
export const TICK_S = STEPS_PER_TICK * STEP_S;
/** World time given to the drawn scene to come to rest before time starts, seconds. */
const SETTLE_AT_START_S = 0.3;
/** Objects slower than this rest: m/s and rad/s. */
const REST_SPEED_M_PER_S = 0.01;
const REST_TURN_RAD_PER_S = 0.1;

/** Everything needed to go on from here in another world of the same scene. */
export interface WorldSnapshot {
  readonly physics: Float64Array;
  readonly timeS: number;
  readonly servos: readonly ArmServoState[];
  readonly hands: readonly HandServoState[];
  readonly marks: MarksState;
  readonly cartPole?: CartPoleState;
}

/** True state of a prop, a feature, a fixture or of marks. */
export interface PropState {
  readonly name: string;
  readonly pose: Pose;
  /** Full side lengths of the box around it, metres. */
  readonly size: Vec3;
  /** The hollow of a container. */
  readonly cavity?: Cavity;
}

/** Whose a geom is. Parts of arms belong to nobody here: they go by the name of the geom. */
interface GeomOwner {
  readonly thing: string;
  readonly feature?: string;
}

export class TaskWorld {
  readonly scene: Scene;
  readonly physics: Physics;
  readonly arms: readonly ArmHandles[];
  readonly servos: readonly ArmServo[];
  readonly hands: readonly HandServo[];
  /** What lies on the furniture without any thickness. */
  readonly marks: Marks;
  /** The cart and pole beside the robot, where the scene has one. */
  readonly cartPole: CartPole | undefined;
  readonly trace: TraceHash = createTraceHash();
  readonly #props: readonly { name: string; size: Vec3; cavity?: Cavity; qpos: number; qvel: number }[];
  readonly #bodies: readonly { name: string; body: number }[];
  readonly #geomNames: readonly string[];
  readonly #owners: readonly (GeomOwner | undefined)[];
  readonly #listeners = new Set<() => void>();
  #timeS: number;

  /**
   * @param startTimeS robot time at which the world is ready, seconds
   * @throws PhysicsError when the scene does not compile or falls apart before it rests
   */
  constructor(mujoco: Mujoco, scene: Scene, startTimeS = 0) {
    this.scene = scene;
    this.#timeS = startTimeS;
    const { mjcf, starts } = sceneModel(scene, 'physics');
    this.physics = new Physics(mujoco, mjcf, starts);
    this.arms = scene.arms.map((arm) => findArm(this.physics, arm.side));
    const { qpos } = this.physics.views;
    scene.arms.forEach((arm, index) => {
      const handles = this.arms[index];
      for (let j = 0; j < JOINT_COUNT; j++) qpos[handles.qpos + j] = arm.startJointsRad[j];
      const widthM = arm.startHand?.widthM ?? FRANKA_HAND_LIMITS.maxWidthM;
      for (const finger of handles.fingerQpos) qpos[finger] = widthM / 2;
    });
    this.physics.forward();
    this.servos = this.arms.map((arm) => new ArmServo(this.physics, arm));
    this.hands = this.arms.map((arm) => new HandServo(this.physics, arm));
    scene.arms.forEach(({ startHand }, index) => {
      if (startHand?.holding === true) this.hands[index].grip();
    });
    this.#props = scene.props.map((prop) => ({
      name: prop.name,
      size: prop.size,
      ...(prop.cavity === undefined ? {} : { cavity: prop.cavity }),
      ...this.physics.jointAddress(prop.name),
    }));
    // Body 0 is the world itself.
    this.#bodies = Array.from({ length: this.physics.model.nbody - 1 }, (_, index) => ({
      name: this.physics.nameOf('body', index + 1),
      body: index + 1,
    }));
    this.#geomNames = Array.from({ length: this.physics.model.ngeom }, (_, geom) => this.physics.nameOf('geom', geom));
    const owners = new Map<string, GeomOwner>();
    for (const body of [...scene.props, ...scene.fixtures]) {
      partsOf(body).forEach(({ feature }, index) => {
        owners.set(geomName(body, index), { thing: body.name, feature });
      });
    }
    this.#owners = this.#geomNames.map((name) => owners.get(name));
    this.marks = new Marks(this.physics, scene);
    for (let k = 0; k < Math.round(SETTLE_AT_START_S / TICK_S); k++) this.#advanceTick();
    this.cartPole = scene.apparatus === undefined ? undefined : new CartPole(this.physics);
    if (scene.apparatus !== undefined) this.cartPole?.begin(scene.apparatus.start);
  }

  /** Robot time, seconds since the world was ready. */
  get timeS(): number {
    return this.#timeS;
  }

  /** Calls back after every tick; returns how to stop that. */
  onTick(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Advances by one tick of 10 ms. @throws PhysicsError DIVERGED */
  tick(): void {
    this.#advanceTick();
    this.#timeS += TICK_S;
    const { qpos, qvel, ctrl } = this.physics.views;
    this.trace.tick(qpos, qvel, ctrl);
    this.cartPole?.tick();
    this.marks.tick((layer, removed, laid) => {
      this.trace.call('marks', JSON.stringify([layer, removed]), JSON.stringify(laid));
    });
    for (const listener of this.#listeners) listener();
  }

  /**
   * True state of a prop; undefined for an unknown name. Read from qpos: what the engine derives from it lags one step
   * behind, and would differ from a restored snapshot in the last digits.
   */
  prop(name: string): PropState | undefined {
    const found = this.#props.find((prop) => prop.name === name);
    if (found === undefined) return undefined;
    const [x, y, z, ...quat] = this.physics.views.qpos.subarray(found.qpos, found.qpos + 7);
    return {
      name,
      size: found.size,
      ...(found.cavity === undefined ? {} : { cavity: found.cavity }),
      pose: { position: [x, y, z], quatWxyz: quatNormalize([quat[0], quat[1], quat[2], quat[3]]) },
    };
  }

  props(): PropState[] {
    return this.#props.map(({ name }) => this.prop(name) as PropState);
  }

  /** Poses of every body that can be seen: links, hands, fingers ("left/link3", "left/left_finger") and props. */
  bodyPoses(): { readonly name: string; readonly pose: Pose }[] {
    const { xpos, xquat } = this.physics.views;
    return this.#bodies.map(({ name, body }) => ({
      name,
      pose: {
        position: [xpos[3 * body], xpos[3 * body + 1], xpos[3 * body + 2]],
        quatWxyz: [xquat[4 * body], xquat[4 * body + 1], xquat[4 * body + 2], xquat[4 * body + 3]],
      },
    }));
  }

  /** Fingertip pose of an arm from the measured joints. */
  tool(arm: number): Pose {
    return compose(this.scene.arms[arm].worldFromBase, toolPose(readJoints(this.physics, this.arms[arm])));
  }

  widthM(arm: number): number {
    return readWidth(this.physics, this.arms[arm]);
  }

  /** Whatever has a name and a place: a prop, a feature of one, a fixture or a feature of one, marks that are left. */
  thing(name: string): PropState | undefined {
    const prop = this.prop(name);
    if (prop !== undefined) return prop;
    for (const body of [...this.scene.props, ...this.scene.fixtures]) {
      const pose = this.prop(body.name)?.pose ?? body.pose;
      if (body.name === name) return { name, pose, size: body.size, cavity: body.cavity };
      const feature = body.features?.find((one) => one.name === name);
      if (feature !== undefined) return { name, pose: compose(pose, feature.bodyFromFeature), size: feature.size };
    }
    const area = this.marks.area(name);
    return area === undefined ? undefined : { name, ...area };
  }

  /** Names of the pairs that touch now, as [one, other]: props and fixtures by name, arms by the part. */
  touching(): [string, string][] {
    return this.touches().map(({ pair }) => pair);
  }

  /** What touches what now, and where, metres; a pair stands once for every point of contact. */
  touches(): { readonly pair: [string, string]; readonly at: Vec3 }[] {
    return this.physics
      .contacts()
      .filter((contact) => contact.distanceM < 0)
      .map(({ geomA, geomB, position }) => ({
        pair: [
          this.#owners[geomA]?.thing ?? this.#geomNames[geomA],
          this.#owners[geomB]?.thing ?? this.#geomNames[geomB],
        ],
        at: position,
      }));
  }

  /** Which arms touch a prop, or a feature of one, now. */
  armsTouching(name: string): readonly ArmHandles['side'][] {
    const isIt = (geom: number) => {
      const owner = this.#owners[geom];
      return owner !== undefined && (owner.thing === name || owner.feature === name);
    };
    const others = this.physics
      .contacts()
      .filter(({ distanceM }) => distanceM < 0)
      .flatMap(({ geomA, geomB }) => [...(isIt(geomA) ? [geomB] : []), ...(isIt(geomB) ? [geomA] : [])]);
    return this.arms.map(({ side }) => side).filter((side) => others.some((geom) => this.#partOf(geom, side)));
  }

  #partOf(geom: number, side: ArmHandles['side']): boolean {
    return this.#owners[geom] === undefined && this.#geomNames[geom].startsWith(`${side}/`);
  }

  /** The prop that both pads of an arm touch, if the hand holds one. */
  heldProp(arm: number): string | undefined {
    const pinched = this.pinched(arm);
    return this.#props.find(({ name }) => pinched.includes(name))?.name;
  }

  /** Names of the props and of their features that both pads of a holding hand touch. */
  pinched(arm: number): readonly string[] {
    if (!this.hands[arm].holding) return [];
    const [leftPad, rightPad] = this.arms[arm].padGeoms;
    const contacts = this.physics.contacts();
    const touched = (pad: number) =>
      contacts
        .flatMap(({ geomA, geomB }) => (geomA === pad ? [geomB] : geomB === pad ? [geomA] : []))
        .flatMap((geom) => {
          const owner = this.#owners[geom];
          if (owner === undefined) return [];
          return owner.feature === undefined ? [owner.thing] : [owner.thing, owner.feature];
        });
    const right = touched(rightPad);
    return [...new Set(touched(leftPad))].filter((name) => right.includes(name));
  }

  /** True when no prop moves faster than rest allows. */
  get propsRest(): boolean {
    const { qvel } = this.physics.views;
    return this.#props.every(({ qvel: at }) => {
      const linear = Math.sqrt(qvel[at] * qvel[at] + qvel[at + 1] * qvel[at + 1] + qvel[at + 2] * qvel[at + 2]);
      const turn = Math.sqrt(qvel[at + 3] * qvel[at + 3] + qvel[at + 4] * qvel[at + 4] + qvel[at + 5] * qvel[at + 5]);
      return linear < REST_SPEED_M_PER_S && turn < REST_TURN_RAD_PER_S;
    });
  }

  snapshot(): WorldSnapshot {
    return {
      physics: this.physics.snapshot(),
      timeS: this.#timeS,
      servos: this.servos.map((servo) => servo.state()),
      hands: this.hands.map((hand) => hand.state()),
      marks: this.marks.state(),
      ...(this.cartPole === undefined ? {} : { cartPole: this.cartPole.state() }),
    };
  }

  /** Takes a snapshot of a world of the same scene over; the trace goes on. */
  restore(snapshot: WorldSnapshot): void {
    if (snapshot.servos.length !== this.servos.length) {
      throw new PhysicsError(
        'SNAPSHOT_MISMATCH',
        `the snapshot has ${snapshot.servos.length} arms, this world ${this.servos.length}; nothing was changed`,
        'restore it into a world of the same task and seed',
      );
    }
    this.physics.restore(snapshot.physics);
    this.#timeS = snapshot.timeS;
    this.servos.forEach((servo, index) => {
      servo.restore(snapshot.servos[index]);
    });
    this.hands.forEach((hand, index) => {
      hand.restore(snapshot.hands[index]);
    });
    this.marks.restore(snapshot.marks);
    if (snapshot.cartPole !== undefined) this.cartPole?.restore(snapshot.cartPole);
  }

  dispose(): void {
    this.physics.dispose();
  }

  #advanceTick(): void {
    for (let k = 0; k < STEPS_PER_TICK; k++) {
      for (const servo of this.servos) servo.step();
      for (const hand of this.hands) hand.step();
      this.physics.step();
    }
    this.physics.assertFinite();
  }
}
