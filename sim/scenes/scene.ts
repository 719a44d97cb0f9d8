// Owns what a world contains: arms, fixed furniture and loose props, and its MJCF text. Frame: the base of arm 0.
// Knows nothing of tasks, goals or randomness.

import type { FreeBodyStart } from '../engine/compiled-models.ts';
import { STEP_S } from '../engine/physics.ts';
import { type CollisionBits, pandaMjcf } from '../robots/panda/mjcf.ts';
import { type ToolKind, toolFaces } from '../robots/panda/tools.ts';
import { compose, IDENTITY_POSE, type Pose, type Vec3 } from '../spatial.ts';
import { type CartPoleMount, cartPoleMjcf } from './cart-pole.ts';
import type { Cavity } from './shapes/cavity.ts';

/** A solid centred in its own frame. */
export type Shape =
  /** Full side lengths, metres. */
  | { readonly kind: 'box'; readonly size: Vec3 }
  /** Axis along z. */
  | { readonly kind: 'cylinder'; readonly radiusM: number; readonly heightM: number }
  | { readonly kind: 'sphere'; readonly radiusM: number };

/** One solid of a rigid body. */
export interface Part {
  readonly shape: Shape;
  readonly bodyFromPart: Pose;
  readonly colorSrgb: Vec3;
  /** Density of this part over the density of its body; 1 when left out. */
  readonly densityShare?: number;
  /** The feature this part belongs to, by name. */
  readonly feature?: string;
}

/** A named place on a body that programs and goals may speak of, as "green handle". */
export interface Feature {
  readonly name: string;
  readonly bodyFromFeature: Pose;
  /** Full side lengths of the box around it in its own frame, metres. */
  readonly size: Vec3;
  /** It is round about its longest side: a hand may close around it at any angle. */
  readonly round?: true;
}

/** A rigid body: one box, or several parts. */
interface Body {
  readonly name: string;
  readonly pose: Pose;
  /** Full side lengths of the box around the body; the body's frame is at the centre of that box. Metres. */
  readonly size: Vec3;
  readonly colorSrgb: Vec3;
  /** Sliding, torsional, rolling. */
  readonly friction: Vec3;
  /** One box of the body's size and colour when left out. */
  readonly parts?: readonly Part[];
  readonly features?: readonly Feature[];
  /** The hollow of a container. */
  readonly cavity?: Cavity;
}

/** A body that never moves. */
export type Fixture = Body;

/** A body that can be moved. */
export interface Prop extends Body {
  /** kg/m^3. */
  readonly density: number;
}

/** The parts of a body: of a plain box, itself. */
export function partsOf(body: Fixture | Prop): readonly Part[] {
  const { size, colorSrgb, parts } = body;
  return parts ?? [{ shape: { kind: 'box', size }, bodyFromPart: IDENTITY_POSE, colorSrgb }];
}

export interface ArmMount {
  readonly side: 'left' | 'right';
  readonly worldFromBase: Pose;
  /** Joint angles at the start, radians, length 7. */
  readonly startJointsRad: readonly number[];
  /** What the arm works with; its fingers when left out. */
  readonly tool?: ToolKind;
  /** Opening of the fingers at the start, metres, and whether they press on something; wide open when left out. */
  readonly startHand?: { readonly widthM: number; readonly holding: boolean };
}

/** Marks that lie on a fixture and have no thickness: spots of a spill, or dots of ink. */
export interface MarkLayer {
  readonly name: string;
  readonly kind: 'spill' | 'ink';
  /** The fixture they lie on top of. */
  readonly on: string;
  readonly diameterM: number;
  readonly colorSrgb: Vec3;
  /** Where they lie at the start: x, y in the base frame of arm 0, metres. */
  readonly points: readonly (readonly [number, number])[];
}

export interface Scene {
  readonly arms: readonly ArmMount[];
  readonly fixtures: readonly Fixture[];
  readonly props: readonly Prop[];
  readonly marks?: readonly MarkLayer[];
  /** Names of the fixtures on which the force of the arms is measured. */
  readonly forceOn?: readonly string[];
  /** A machine of its own beside the robot, out of its reach. */
  readonly apparatus?: CartPoleMount;
  /** Downward acceleration of free fall, m/s^2; the earth's when left out. */
  readonly gravityMPerS2?: number;
}

/** Standard gravity, m/s^2, as MuJoCo rounds it. */
const EARTH_GRAVITY_M_PER_S2 = 9.81;

/** Bits of the physics world: everything touches everything, except what fixtures and the engine rule out. */
const PHYSICS_BITS: CollisionBits = { contype: 1, conaffinity: 1 };
/**
 * Bits of the planning world: arm against arm and against all else, but props neither against props nor furniture.
 * A held prop is switched to the bits of control/held-bits.ts.
 */
const PLANNING_ARM_BITS: CollisionBits = { contype: 1, conaffinity: 3 };
export const PLANNING_PROP_BITS: CollisionBits = { contype: 2, conaffinity: 0 };

/**
 * Clearance the planner keeps between the arm's shells and anything else, metres. Hand and fingers keep 3 mm: what the
 * servos lag behind in the briskest motions (1.9 mm on straight lines, 3.1 mm with all joints at once).
 */
const PLANNING_MARGIN_M = 0.005;

export type ScenePurpose = 'physics' | 'planning';

function numbers(values: readonly number[]): string {
  return values.map((value) => String(value)).join(' ');
}

function escapeName(name: string): string {
  return name.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

/** Name of a part's geom: a plain body's own name, else the body's name with the part's number. */
export function geomName(body: Fixture | Prop, part: number): string {
  return body.parts === undefined ? body.name : `${body.name}#${part}`;
}

function shapeMjcf(shape: Shape): string {
  switch (shape.kind) {
    case 'box':
      return `type="box" size="${numbers(shape.size.map((side) => side / 2))}"`;
    case 'cylinder':
      return `type="cylinder" size="${numbers([shape.radiusM, shape.heightM / 2])}"`;
    case 'sphere':
      return `type="sphere" size="${shape.radiusM}"`;
  }
}

function placeMjcf({ position, quatWxyz }: Pose): string {
  return `pos="${numbers(position)}" quat="${numbers(quatWxyz)}"`;
}

/** @param inertia text of the parts' density where the body has a mass */
function geomsMjcf(
  body: Fixture | Prop,
  bits: CollisionBits,
  placed: (part: Part) => string,
  inertia: (part: Part) => string,
): string {
  return partsOf(body)
    .map(
      (part, index) =>
        `<geom name="${escapeName(geomName(body, index))}" ${shapeMjcf(part.shape)} ${placed(part)}${inertia(part)} friction="${numbers(body.friction)}" contype="${bits.contype}" conaffinity="${bits.conaffinity}"/>`,
    )
    .join('');
}

function fixtureMjcf(fixture: Fixture, bits: CollisionBits): string {
  return geomsMjcf(
    fixture,
    bits,
    (part) => placeMjcf(compose(fixture.pose, part.bodyFromPart)),
    () => '',
  );
}

function propMjcf(prop: Prop, bits: CollisionBits): string {
  const name = escapeName(prop.name);
  const geoms = geomsMjcf(
    prop,
    bits,
    (part) => (prop.parts === undefined ? '' : placeMjcf(part.bodyFromPart)),
    ({ densityShare = 1 }) => ` density="${prop.density * densityShare}"`,
  );
  return `<body name="${name}" ${placeMjcf(prop.pose)}><freejoint name="${name}"/>${geoms}</body>`;
}

/** Name of the sensor for the force with which a face of a tool presses on a fixture. */
export function faceSensorName(side: string, face: string, fixture: string): string {
  return `${side}/tool_${face} on ${fixture}`;
}

/** Names of the sensors for the force of an arm on a fixture, one per part. */
export function forceSensorNames(side: string, fixture: Fixture): readonly string[] {
  return partsOf(fixture).map((_, part) => `${side} arm on ${geomName(fixture, part)}`);
}

/** Force sensors of the engine: the sum over all contacts, in the world frame; three numbers each. */
function sensorsMjcf({ arms, fixtures, marks = [], forceOn = [] }: Scene): string {
  const sensor = (name: string, one: string, geom: string) =>
    `<contact name="${escapeName(name)}" ${one} geom2="${escapeName(geom)}" reduce="netforce" data="force"/>`;
  const fixtureOf = (name: string) => fixtures.filter((fixture) => fixture.name === name);
  const onMarks = [...new Set(marks.map(({ on }) => on))].flatMap(fixtureOf).flatMap((fixture) =>
    arms.flatMap(({ side, tool = 'hand' }) =>
      toolFaces(tool).map((face) =>
        // Marks lie on a plain box.
        sensor(
          faceSensorName(side, face.name, fixture.name),
          `geom1="${side}/tool_${face.name}"`,
          geomName(fixture, 0),
        ),
      ),
    ),
  );
  const onArms = forceOn
    .flatMap(fixtureOf)
    .flatMap((fixture) =>
      arms.flatMap(({ side }) =>
        forceSensorNames(side, fixture).map((name, part) =>
          sensor(name, `subtree1="${side}/link1"`, geomName(fixture, part)),
        ),
      ),
    );
  return [...onMarks, ...onArms].join('');
}

/**
 * A scene for the engine, parted into a text that is the same wherever the props begin, and where they do: the text needs
 * to be compiled once for all seeds.
 * @param spares more props, which always begin at the same places
 */
export function sceneModel(
  scene: Scene,
  purpose: ScenePurpose,
  spares: readonly Prop[] = [],
): { mjcf: string; starts: readonly FreeBodyStart[] } {
  const props = scene.props.map((prop) => ({ ...prop, pose: IDENTITY_POSE }));
  return { mjcf: sceneMjcf({ ...scene, props: [...props, ...spares] }, purpose), starts: scene.props };
}

/** MJCF text of a scene. Bodies of arms are prefixed "left/" and "right/"; props and fixtures keep their names. */
export function sceneMjcf(scene: Scene, purpose: ScenePurpose): string {
  const planning = purpose === 'planning';
  const armBits = planning ? PLANNING_ARM_BITS : PHYSICS_BITS;
  const propBits = planning ? PLANNING_PROP_BITS : PHYSICS_BITS;
  const arms = scene.arms.map((arm) =>
    pandaMjcf(`${arm.side}/`, arm.worldFromBase, armBits, planning ? PLANNING_MARGIN_M : 0, arm.tool),
  );
  const all = (part: keyof (typeof arms)[number]) => arms.map((arm) => arm[part]).join('');
  // Out of reach: plans need not know of it.
  const machine = planning || scene.apparatus === undefined ? undefined : cartPoleMjcf(scene.apparatus);
  return `<mujoco model="capstan">
<compiler angle="radian" autolimits="false"/>
<option timestep="${STEP_S}" gravity="0 0 ${-(scene.gravityMPerS2 ?? EARTH_GRAVITY_M_PER_S2)}" integrator="implicitfast" cone="elliptic" impratio="10"><flag autoreset="disable"/></option>
<worldbody>${scene.fixtures.map((fixture) => fixtureMjcf(fixture, propBits)).join('')}${all('body')}${scene.props.map((prop) => propMjcf(prop, propBits)).join('')}${machine?.body ?? ''}</worldbody>
<contact>${all('contact')}</contact><tendon>${all('tendon')}</tendon><equality>${all('equality')}</equality><actuator>${all('actuator')}${machine?.actuator ?? ''}</actuator>${planning ? '' : `<sensor>${sensorsMjcf(scene)}</sensor>`}
</mujoco>`;
}
