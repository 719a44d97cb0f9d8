// Owns what is drawn over the scene to explain it: cameras, frames, volumes, the path to come and the path behind, the
// ghost, contacts, and the gap between commanded and measured. Must never show a claim: all of it is recorded.

import { Group, type Object3D } from 'three';
import { ARM_BODIES, ArmKinematics, MATRIX, TOOL } from './arm-kinematics.ts';
import { MEANINGS } from './meanings.ts';
import { bothEnds, boxEdges, cross, dot, Segments, strip } from './overlay-lines.ts';
import { RobotBody, type ShellGeometries } from './robot-body.ts';
import type { RobotShells } from './robot-shells.ts';
import { AXES } from './scene-colors.ts';
import {
  ARM_COMMANDED_AT,
  ARM_WIDTH_AT,
  type Overlay,
  type Overlays,
  type PlannedMotion,
  type SceneDescription,
} from './scene-messages.ts';
import { armAt, baseAt, frameAt, poseAt } from './scene-poses.ts';
import { threeMatrix } from './solid-geometry.ts';

/** A trail point is laid when the fingertip has gone this far, metres. */
const TRAIL_STEP_M = 0.002;
const MOST_TRAIL_POINTS = 6000;
const TRAIL_DROPPED = 1000;
const FRUSTUM_M = 0.18;
const LINK_AXIS_M = 0.05;
const TOOL_AXIS_M = 0.09;
const CONTACT_RADIUS_M = 0.006;
/** A smaller gap is the noise of any servo, metres. */
const LEAST_GAP_M = 0.0005;
const POSTURE_NUMBERS = 8;

const NO_SCENE: SceneDescription = { arms: [], bodies: [], cameras: [], frames: [], volumes: [] };

export class SceneOverlays {
  readonly group = new Group();
  /** Between the commanded and the measured fingertip of arm 0, metres; NaN where one is not known. */
  gapM = Number.NaN;
  readonly #shells: RobotShells;
  readonly #geometries: ShellGeometries;
  readonly #commandedKinematics: ArmKinematics;
  readonly #layers: Readonly<Record<Exclude<Overlay, 'grid'>, Group>>;
  readonly #cameras = new Segments({ color: MEANINGS.camera, widthPx: 1.6 });
  readonly #frames = new Segments({ color: '#ffffff', widthPx: 2.6, through: true });
  readonly #allowed = new Segments({ color: MEANINGS.allowed, widthPx: 1.4, opacity: 0.75 });
  readonly #keepOuts = new Segments({ color: MEANINGS.keepOut, widthPx: 1.8, dashM: 0.03 });
  readonly #path = new Segments({ color: MEANINGS.ahead, widthPx: 3, through: true });
  readonly #pathDone = new Segments({ color: MEANINGS.ahead, widthPx: 1.5, opacity: 0.35, through: true });
  readonly #trail = new Segments({ color: MEANINGS.past, widthPx: 2.2, through: true });
  readonly #gap = new Segments({ color: MEANINGS.commanded, widthPx: 3, through: true });
  readonly #commandedTip = dot(MEANINGS.commanded, 0.005);
  #scene = NO_SCENE;
  #ghosts: readonly RobotBody[] = [];
  #planned: PlannedMotion | null = null;
  #ghostAtS: number | null = null;
  #fromS = 0;
  #fromShown = '';
  #trails: number[][] = [];
  #trailChanged = false;

  constructor(shells: RobotShells, geometries: ShellGeometries) {
    this.#shells = shells;
    this.#geometries = geometries;
    this.#commandedKinematics = new ArmKinematics(shells.chain);
    const layer = (...objects: Object3D[]) => {
      const group = new Group();
      if (objects.length > 0) group.add(...objects);
      this.group.add(group);
      return group;
    };
    this.#commandedTip.visible = false;
    // What has been lies over what was foreseen.
    this.#trail.object.renderOrder += 1;
    this.#layers = {
      cameras: layer(this.#cameras.object),
      frames: layer(this.#frames.object),
      volumes: layer(this.#allowed.object, this.#keepOuts.object),
      contacts: layer(),
      path: layer(this.#pathDone.object, this.#path.object),
      ghost: layer(),
      trail: layer(this.#trail.object),
      commanded: layer(this.#gap.object, this.#commandedTip),
    };
  }

  setShown(shown: Overlays): void {
    for (const [name, group] of Object.entries(this.#layers)) group.visible = shown[name as Overlay];
  }

  setScene(scene: SceneDescription): void {
    this.#scene = scene;
    this.gapM = Number.NaN;
    this.#gap.set([]);
    this.#commandedTip.visible = false;
    const edges = (kind: 'allowed' | 'keep-out') =>
      scene.volumes.filter((volume) => volume.kind === kind).flatMap(({ min, max }) => boxEdges(min, max));
    this.#allowed.set(edges('allowed'));
    this.#keepOuts.set(edges('keep-out'));
    this.#layers.ghost.clear();
    this.#ghosts = scene.arms.map((arm) => new RobotBody(arm, this.#shells, this.#geometries));
    for (const { group } of this.#ghosts) this.#layers.ghost.add(group);
    this.setTrail([]);
  }

  setPlanned(planned: PlannedMotion | null): void {
    this.#planned = planned;
    this.#fromShown = '';
    const contacts = this.#layers.contacts;
    contacts.clear();
    for (const { at, kind } of planned?.contacts ?? []) {
      const mark = kind === 'unexpected' ? cross(MEANINGS.unexpected, 0.011) : dot(MEANINGS.expected, CONTACT_RADIUS_M);
      mark.position.set(...at);
      contacts.add(mark);
    }
  }

  setGhost(atS: number | null, fromS: number): void {
    this.#ghostAtS = atS;
    this.#fromS = fromS;
  }

  setTrail(points: readonly Float32Array[]): void {
    this.#trails = this.#scene.arms.map((_, arm) => Array.from(points[arm] ?? []));
    this.#trailChanged = true;
  }

  /** @param arms as they have just been posed */
  setPoses(numbers: Float32Array, arms: readonly RobotBody[]): void {
    this.#poseGhosts(numbers);
    this.#drawPath();
    this.#growTrails(arms);
    this.#drawFrames(numbers, arms);
    this.#drawCameras(numbers);
    this.#drawGap(numbers, arms);
  }

  #poseGhosts(numbers: Float32Array): void {
    this.#ghosts.forEach((ghost, index) => {
      const motion = this.#planned?.arms.find(({ side }) => side === ghost.side);
      const count = (motion?.postures.length ?? 0) / POSTURE_NUMBERS;
      ghost.group.visible = motion !== undefined && count > 0 && this.#ghostAtS !== null;
      if (motion === undefined || count === 0 || this.#ghostAtS === null) return;
      const place = Math.min(Math.max(this.#ghostAtS / motion.everyS, 0), count - 1);
      const before = Math.floor(place);
      const share = place - before;
      const after = Math.min(before + 1, count - 1);
      const mixed = Array.from({ length: POSTURE_NUMBERS }, (_, k) => {
        const a = motion.postures[before * POSTURE_NUMBERS + k];
        return a + (motion.postures[after * POSTURE_NUMBERS + k] - a) * share;
      });
      ghost.pose(baseAt(numbers, index), mixed, mixed[POSTURE_NUMBERS - 1]);
    });
  }

  #drawPath(): void {
    const key = `${this.#fromS}`;
    if (key === this.#fromShown) return;
    this.#fromShown = key;
    const ahead: number[] = [];
    const done: number[] = [];
    for (const { path, everyS } of this.#planned?.arms ?? []) {
      const from = Math.min(Math.max(Math.floor(this.#fromS / everyS), 0), path.length / 3);
      ahead.push(...strip(path, from));
      done.push(...strip(path.subarray(0, 3 * (from + 1))));
    }
    this.#path.set(ahead);
    this.#pathDone.set(done);
  }

  #growTrails(arms: readonly RobotBody[]): void {
    arms.forEach((arm, index) => {
      const trail = this.#trails[index];
      if (trail === undefined || !arm.group.visible) return;
      const tip = arm.kinematics.origin(TOOL);
      const last = trail.length - 3;
      if (last >= 0) {
        const far = Math.hypot(tip[0] - trail[last], tip[1] - trail[last + 1], tip[2] - trail[last + 2]);
        if (far < TRAIL_STEP_M) return;
      }
      trail.push(...tip);
      if (trail.length > 3 * MOST_TRAIL_POINTS) trail.splice(0, 3 * TRAIL_DROPPED);
      this.#trailChanged = true;
    });
    if (!this.#trailChanged || !this.#layers.trail.visible) return;
    this.#trailChanged = false;
    this.#trail.set(this.#trails.flatMap((trail) => strip(trail)));
  }

  #drawFrames(numbers: Float32Array, arms: readonly RobotBody[]): void {
    if (!this.#layers.frames.visible) return;
    const points: number[] = [];
    const colors: number[] = [];
    const axes = (matrix: ArrayLike<number>, at: number, lengthM: number) => {
      AXES.forEach((color, axis) => {
        for (let k = 0; k < 3; k++) points.push(matrix[at + 12 + k]);
        for (let k = 0; k < 3; k++) points.push(matrix[at + 12 + k] + lengthM * matrix[at + 4 * axis + k]);
        colors.push(...bothEnds(color));
      });
    };
    for (const { kinematics, group } of arms) {
      if (!group.visible) continue;
      ARM_BODIES.forEach((name, body) => {
        if (name.endsWith('_finger')) return;
        const long = name === 'tool' || name === 'link0';
        axes(kinematics.matrices, body * MATRIX, long ? TOOL_AXIS_M : LINK_AXIS_M);
      });
    }
    for (const { frame } of this.#scene.bodies) {
      const pose = frame < 0 ? undefined : poseAt(numbers, frameAt(this.#scene.arms.length, frame));
      if (pose !== undefined) axes(threeMatrix(pose).elements, 0, LINK_AXIS_M);
    }
    this.#frames.set(points, colors);
  }

  #drawCameras(numbers: Float32Array): void {
    if (!this.#layers.cameras.visible) return;
    const points: number[] = [];
    for (const { frame, widthPx, heightPx, fx, fy, cx, cy } of this.#scene.cameras) {
      const pose = poseAt(numbers, frameAt(this.#scene.arms.length, frame));
      if (pose === undefined) continue;
      const m = threeMatrix(pose).elements;
      const place = (u: number, v: number, depthM: number) => {
        const [x, y] = [((u - cx) / fx) * depthM, ((v - cy) / fy) * depthM];
        return [0, 1, 2].map((k) => m[k] * x + m[4 + k] * y + m[8 + k] * depthM + m[12 + k]);
      };
      const eye = place(cx, cy, 0);
      const depthM = heightPx > widthPx ? FRUSTUM_M : Math.min(FRUSTUM_M, (FRUSTUM_M * fx) / widthPx);
      const corners = [
        place(0, 0, depthM),
        place(widthPx, 0, depthM),
        place(widthPx, heightPx, depthM),
        place(0, heightPx, depthM),
      ];
      corners.forEach((corner, k) => {
        points.push(...eye, ...corner, ...corner, ...corners[(k + 1) % 4]);
      });
      // A roof over the upper edge says which way is up.
      const roof = place(cx, -0.16 * heightPx, depthM);
      points.push(...corners[0], ...roof, ...roof, ...corners[1]);
    }
    this.#cameras.set(points);
  }

  #drawGap(numbers: Float32Array, arms: readonly RobotBody[]): void {
    const points: number[] = [];
    this.gapM = Number.NaN;
    this.#commandedTip.visible = false;
    arms.forEach(({ kinematics, group }, index) => {
      const at = armAt(index);
      if (!group.visible || Number.isNaN(numbers[at + ARM_COMMANDED_AT])) return;
      const widthM = numbers[at + ARM_WIDTH_AT];
      this.#commandedKinematics.pose(baseAt(numbers, index), numbers, widthM, at + ARM_COMMANDED_AT);
      const wanted = this.#commandedKinematics.origin(TOOL);
      const measured = kinematics.origin(TOOL);
      const gapM = Math.hypot(wanted[0] - measured[0], wanted[1] - measured[1], wanted[2] - measured[2]);
      if (index === 0) this.gapM = gapM;
      if (gapM < LEAST_GAP_M) return;
      points.push(...measured, ...wanted);
      if (index !== 0) return;
      this.#commandedTip.visible = true;
      this.#commandedTip.position.set(...wanted);
    });
    this.#gap.set(points);
  }
}
