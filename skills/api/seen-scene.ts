// Owns what the tiers without ground truth know of the scene: what the cameras showed, nothing else. It keeps the looks a
// program may refer to, the boxes the planner goes around, and what the hands have taken along. Must never see the
// simulator's objects, their names or poses.
//
// Frames and units: metres in the base frame of arm 0.

import type { Cameras, Observation } from '../../drivers/cameras/camera-port.ts';
import type { ArmSide, Robot } from '../../drivers/robot.ts';
import type { BelievedBox } from '../../sim/control/box-slots.ts';
import type { BodyBall } from '../../sim/robots/panda/body-balls.ts';
import { angleBetween, type Quat, quatMultiply, type Vec3 } from '../../sim/spatial.ts';
import { distanceToBox } from '../../sim/tasks/box-geometry.ts';
import { type Detector, PerceptionError } from '../perception/detector.ts';
import { planGrasps } from '../perception/grasps.ts';
import {
  fallenOnto,
  isInBall,
  isSameBox,
  isSeenThrough,
  obstaclesAmong,
  pointsAboveFurniture,
  type SolidBox,
} from '../perception/obstacles.ts';
import { type PerceivedObject, perceiveObject } from '../perception/perceive-object.ts';
import { cloudFromPicture, filterCloud, mergeClouds, type PointCloud, thinCloud } from '../perception/point-cloud.ts';
import { withoutRobot } from '../perception/robot-mask.ts';
import { FLAT_M } from '../perception/shape-words.ts';
import { bestNames, type NamedMask } from './best-names.ts';
import { PolicyError, sentence } from './errors.ts';
import type { GraspProposal } from './grasp-proposals.ts';
import { armIndex } from './motions.ts';
import type { FoundObject, SceneKnowledge } from './scene-knowledge.ts';

/** Who is told what stands where: the planner of this tier. */
export interface Believer {
  /** What stands where from now on; what the hands hold stays with them. */
  setBoxes(boxes: readonly BelievedBox[]): void;
  /** Everything believed now, things in the hands included. */
  boxes(): readonly BelievedBox[];
  /** A box that moves with the hand of an arm from now on; null lets it stand where it is. */
  attach(arm: ArmSide, box: string | null): void;
}

export interface SeenScenePorts {
  readonly cameras: Cameras;
  readonly detector: Detector;
  readonly robot: Pick<Robot, 'state'>;
  readonly believer: Believer;
  /** Known furniture of the installation: what things stand on. */
  readonly furniture: readonly SolidBox[];
  /** Balls that cover the robot as it stands now. */
  readonly robotBalls: () => Promise<readonly BodyBall[]>;
}

/** Looks a program may still refer to. */
const KEPT_LOOKS = 16;
/** A thing whose box is this close to the fingertip is the one in the grip, metres. */
const IN_GRIP_M = 0.03;
/** Around the fingertip of a holding hand, what is seen is what it holds, metres. */
const HELD_RADIUS_M = 0.08;

/** Tops of thin rims are measured up to 3 mm low, the boxes to go around are as high as the noise, metres. */
const UNCERTAINTY_M = 0.006;
/** Room of the planner: what was asked for by name comes first, then what is largest. */
const MOST_BOXES = 30;
/** Points of the surroundings are thinned to one per cube of this side, metres. */
const SURROUNDINGS_VOXEL_M = 0.005;
/** Half a turn about the tool's axis. */
const HALF_TURN: Quat = [0, 0, 0, 1];

interface Measured {
  readonly thing: PerceivedObject;
  /** The looks it was measured in. */
  readonly views: readonly Observation[];
}

/** What a tier remembers of earlier blocks, as plain data. */
export interface SeenMemory {
  readonly count: number;
  readonly looks: readonly (readonly [string, Observation])[];
  readonly named: readonly BelievedBox[];
  readonly held: readonly (readonly [ArmSide, string])[];
  readonly letGo: readonly string[];
  /** Points of the surroundings, in rows of 4. */
  readonly points: Float64Array;
}

export class SeenScene implements SceneKnowledge {
  readonly uncertaintyM = UNCERTAINTY_M;
  readonly #ports: SeenScenePorts;
  readonly #looks = new Map<string, Observation>();
  readonly #named = new Map<string, BelievedBox>();
  readonly #held = new Map<ArmSide, string>();
  /** What was let go since it was last measured: it stands where it was, or lower. */
  readonly #letGo = new Set<string>();
  /** What was measured last, by name: grasps need more of it than its box. */
  readonly #measured = new Map<string, Measured>();
  #points: Float64Array = new Float64Array(0);
  #count = 0;

  constructor(ports: SeenScenePorts) {
    this.#ports = ports;
  }

  /** What another scene of the same cell needs to go on from here. */
  memory(): SeenMemory {
    return {
      count: this.#count,
      looks: [...this.#looks],
      named: this.#ports.believer.boxes().filter(({ name }) => this.#named.has(name)),
      held: [...this.#held],
      letGo: [...this.#letGo],
      points: this.#points,
    };
  }

  /** Goes on from what another scene of the same cell remembered. */
  recall({ count, looks, named, held, letGo, points }: SeenMemory): void {
    const { believer } = this.#ports;
    this.#count = count;
    for (const [id, observation] of looks) this.#looks.set(id, observation);
    for (const box of named) this.#named.set(box.name, box);
    for (const name of letGo) this.#letGo.add(name);
    this.#points = points;
    this.#publish();
    for (const [arm, name] of held) {
      this.#held.set(arm, name);
      believer.attach(arm, name);
    }
  }

  get cameraNames(): readonly string[] {
    return this.#ports.cameras.names;
  }

  get detector(): Detector {
    return this.#ports.detector;
  }

  /** Takes a fresh look and keeps it under an id. @throws PolicyError UNKNOWN_CAMERA */
  async look(camera: string, signal: AbortSignal): Promise<{ readonly id: string; readonly observation: Observation }> {
    const { cameras } = this.#ports;
    if (!cameras.names.includes(camera)) {
      throw new PolicyError({
        code: 'UNKNOWN_CAMERA',
        stage: 'code',
        message: `There is no camera "${camera}". The arm is still.`,
        hint: `The cameras are: ${cameras.names.map((name) => `"${name}"`).join(', ')}.`,
      });
    }
    const observation = await cameras.look(camera, signal);
    this.#count += 1;
    const id = `look-${this.#count}`;
    this.#looks.set(id, observation);
    for (const old of [...this.#looks.keys()].slice(0, -KEPT_LOOKS)) this.#looks.delete(old);
    if (camera === cameras.names[0]) await this.#takeIn(observation);
    return { id, observation };
  }

  /** A kept look. @throws PolicyError UNKNOWN_OBSERVATION */
  observation(id: string): Observation {
    const observation = this.#looks.get(id);
    if (observation !== undefined) return observation;
    throw new PolicyError({
      code: 'UNKNOWN_OBSERVATION',
      stage: 'code',
      message: `There is no picture "${id}". The arm is still.`,
      hint: `Pass the id of an observation: ${[...this.#looks.keys()].join(', ') || 'call getObservation first'}.`,
    });
  }

  async find(name: string, arm: ArmSide, signal: AbortSignal): Promise<FoundObject> {
    const { cameras, detector } = this.#ports;
    const wanted = name.trim().toLowerCase();
    const wrist = cameras.names.filter((camera) => camera.endsWith('wrist'))[armIndex(arm)];
    const views: Observation[] = [];
    for (const camera of [cameras.names[0], wrist]) {
      if (camera !== undefined) views.push((await this.look(camera, signal)).observation);
    }
    const things = await Promise.all(views.map((view) => this.#thingsOf(view)));
    const thing = await seeing(() => perceiveObject(things, detector, wanted, signal));
    return this.keep(wanted, thing, views);
  }

  async names(asked: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
    const { cameras, detector } = this.#ports;
    const { observation } = await this.look(cameras.names[0], signal);
    const things = await this.#thingsOf(observation);
    const named: NamedMask[] = [];
    for (const name of asked) {
      const answer = await seeing(() => detector.segmentText(things, name, signal));
      if (answer.kind === 'nothing') continue;
      const masks = answer.kind === 'found' ? answer.masks.slice(0, 1) : answer.masks;
      named.push(...masks.map((mask) => ({ name, mask })));
    }
    const seen = bestNames(named);
    return asked.filter((name) => seen.has(name));
  }

  async colorRgb(name: string, signal: AbortSignal): Promise<Vec3> {
    const { cameras, detector } = this.#ports;
    const { observation } = await this.look(cameras.names[0], signal);
    const things = await this.#thingsOf(observation);
    const answer = await seeing(() => detector.segmentText(things, name.trim().toLowerCase(), signal));
    if (answer.kind !== 'found') {
      const { message, hint } = answer;
      const code = answer.kind === 'nothing' ? 'NOT_FOUND' : 'UNSURE';
      throw new PolicyError({ code, stage: 'perception', message: `${sentence(message)} The arm is still.`, hint });
    }
    const [{ pixels }] = answer.masks;
    return [0, 1, 2].map((channel) => {
      let sum = 0;
      for (const pixel of pixels) sum += observation.colorSrgb[3 * pixel + channel];
      return Math.round(sum / pixels.length);
    }) as unknown as Vec3;
  }

  async known(): Promise<readonly FoundObject[]> {
    return this.#ports.believer.boxes().map(({ name, pose, size }) => ({ name, pose, extent: size }));
  }

  /** Takes note of a thing as it was measured in these looks. */
  keep(name: string, thing: PerceivedObject, views: readonly Observation[]): FoundObject {
    this.#measured.set(name, { thing, views });
    this.#letGo.delete(name);
    // What is as flat as a mark stands in nobody's way.
    if (!this.#isHeld(name) && thing.extent[2] > FLAT_M) {
      const box = { name, pose: thing.pose, size: thing.extent };
      // From another side the same thing may look like another: it still stands there once.
      for (const other of [...this.#named.values()]) {
        if (!this.#isHeld(other.name) && isSameBox(other, box)) this.#named.delete(other.name);
      }
      this.#named.set(name, box);
      this.#publish();
    }
    return { name, pose: thing.pose, extent: thing.extent };
  }

  async grasps({ name }: FoundObject, arm: ArmSide): Promise<readonly GraspProposal[]> {
    const measured = this.#measured.get(name);
    if (measured === undefined) return [];
    const { tool } = (await this.#ports.robot.state()).arms[armIndex(arm)];
    const surroundings = await this.#surroundings(measured.views);
    const grasps = await seeing(() => planGrasps(measured.thing, surroundings));
    return grasps.map(({ pose, widthM, score }) => {
      // The hand is the same after half a turn about its axis: take the way that turns the wrist less.
      const turned = quatMultiply(pose.quatWxyz, HALF_TURN);
      const nearer = angleBetween(tool.quatWxyz, pose.quatWxyz) <= angleBetween(tool.quatWxyz, turned) + 1e-9;
      return { position: pose.position, quatWxyz: nearer ? pose.quatWxyz : turned, widthM, score };
    });
  }

  async afterGrip(arm: ArmSide): Promise<void> {
    const { believer, robot } = this.#ports;
    const { tool } = (await robot.state()).arms[armIndex(arm)];
    const nearest = [...believer.boxes()]
      .map((box) => ({ box, awayM: distanceToBox(tool.position, box) }))
      .filter(({ awayM }) => awayM < IN_GRIP_M)
      .sort((a, b) => a.awayM - b.awayM)[0]?.box;
    if (nearest === undefined) return;
    const name = this.#named.has(nearest.name) ? nearest.name : `what the ${arm} hand holds`;
    if (!this.#named.has(name)) {
      this.#named.set(name, { ...nearest, name });
      this.#publish();
    }
    this.#held.set(arm, name);
    believer.attach(arm, name);
  }

  async beforeRelease(arm: ArmSide) {
    const held = this.#held.get(arm);
    const { believer } = this.#ports;
    if (held === undefined) return undefined;
    return {
      afterwards: async () => {
        const { holding } = (await this.#ports.robot.state()).arms[armIndex(arm)];
        if (holding) return undefined;
        this.#held.delete(arm);
        believer.attach(arm, null);
        const left = believer.boxes().find(({ name }) => name === held);
        if (left !== undefined && !this.#isHeld(held)) {
          this.#named.set(held, left);
          this.#letGo.add(held);
        }
        this.#publish();
        // Whether it fell only another look can tell.
        return undefined;
      },
    };
  }

  /** A look just taken without the robot in it. What a hand holds or is at stays: it may be between the fingers. */
  async #thingsOf(observation: Observation): Promise<Observation> {
    const { believer, robot, robotBalls } = this.#ports;
    const boxes = believer.boxes();
    const atWork = (await robot.state()).arms.filter(
      ({ holding, tool }) => holding || boxes.some((box) => distanceToBox(tool.position, box) < IN_GRIP_M),
    );
    const hands = atWork.map(({ tool }) => ({ centre: tool.position, radiusM: HELD_RADIUS_M }));
    return withoutRobot(observation, await robotBalls(), hands);
  }

  /** Everything these looks showed but the robot itself, thinned. */
  async #surroundings(views: readonly Observation[]): Promise<PointCloud> {
    const balls = await this.#ports.robotBalls();
    const cloud = mergeClouds(views.map((view) => thinCloud(cloudFromPicture(view), SURROUNDINGS_VOXEL_M)));
    const { positions } = cloud;
    return filterCloud(cloud, (i) => {
      const point: Vec3 = [positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]];
      return !balls.some((ball) => isInBall(point, ball));
    });
  }

  #isHeld(name: string): boolean {
    return [...this.#held.values()].includes(name);
  }

  /** Brings the believed scene up to date with a look of the scene camera. */
  async #takeIn(observation: Observation): Promise<void> {
    const { robot, furniture, robotBalls } = this.#ports;
    const { arms } = await robot.state();
    const hands = arms
      .filter(({ holding }) => holding)
      .map(({ tool }) => ({ centre: tool.position, radiusM: HELD_RADIUS_M }));
    this.#points = pointsAboveFurniture(observation, furniture, [...(await robotBalls()), ...hands]);
    for (const [name, box] of [...this.#named]) {
      if (this.#isHeld(name) || !isSeenThrough(observation, box)) continue;
      // What was let go above a bowl lies in it now.
      const fallen = this.#letGo.has(name) ? fallenOnto(this.#points, box) : undefined;
      if (fallen === undefined) this.#named.delete(name);
      else this.#named.set(name, { name, ...fallen });
    }
    this.#publish();
  }

  #obstacles(): BelievedBox[] {
    const volume = ({ size }: SolidBox) => size[0] * size[1] * size[2];
    return obstaclesAmong(this.#points, [...this.#named.values()])
      .sort((a, b) => volume(b) - volume(a))
      .map((box, index) => ({ name: `something (${index + 1})`, ...box }));
  }

  #publish(): void {
    const free = [...this.#named.values()].filter(({ name }) => !this.#isHeld(name));
    this.#ports.believer.setBoxes([...free, ...this.#obstacles().slice(0, MOST_BOXES - this.#named.size)]);
  }
}

/** Runs a question to perception and puts what it throws into the words of the API. */
export async function seeing<T>(question: () => Promise<T> | T): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof PerceptionError)) throw error;
    const { message, hint } = error;
    const stage = error.code === 'NO_GRASP' ? 'grasp' : 'perception';
    throw new PolicyError(
      { code: CODES[error.code], stage, message: `${sentence(message)} The arm is still.`, hint: sentence(hint) },
      { cause: error },
    );
  }
}

const CODES = {
  BAD_QUERY: 'NOT_FOUND',
  BAD_INPUT: 'EMPTY_MASK',
  NOTHING_FOUND: 'NOT_FOUND',
  UNSURE: 'UNSURE',
  NO_DEPTH: 'EMPTY_MASK',
  NO_GRASP: 'NO_GRASP',
  SERVER_DOWN: 'PERCEPTION_DOWN',
  SERVER_ANSWER: 'PERCEPTION_DOWN',
  NO_SERVER: 'PERCEPTION_DOWN',
} as const;
