// Owns the pictures on which perception is scored: things of known colour, shape and place on a table, with distractors,
// half hidden, in weak and strong light, seen through a noisy sensor. What the detector is given is an Observation; the
// truth stays here.

import type { Observation } from '../../drivers/cameras/camera-port.ts';
import { lookAt } from '../../sim/cameras/camera-model.ts';
import { paint } from '../../sim/cameras/material.ts';
import type { RgbdImage } from '../../sim/cameras/ray-camera.ts';
import { type PartShape, renderScene, type ViewPart } from '../../sim/cameras/scene-view.ts';
import { addSensorNoise, type SensorNoise, TYPICAL_SENSOR } from '../../sim/cameras/sensor-noise.ts';
import { STUDIO_LIGHTING, scaleLighting } from '../../sim/cameras/shading.ts';
import { createRandomStream, type RandomStream } from '../../sim/random.ts';
import { NO_ROTATION, type Pose, type Quat, quatFromAxisAngle, type Vec3 } from '../../sim/spatial.ts';

export const TABLE_TOP_M = -0.112;

export const PALETTE: Readonly<Record<string, readonly Vec3[]>> = {
  red: [
    [0.82, 0.12, 0.1],
    [1, 0.34, 0.35],
  ],
  green: [
    [0.13, 0.6, 0.22],
    [0.35, 0.66, 0.31],
  ],
  blue: [
    [0.12, 0.25, 0.8],
    [0.31, 0.47, 0.65],
  ],
  yellow: [
    [0.95, 0.84, 0.1],
    [0.93, 0.79, 0.28],
  ],
  orange: [
    [0.95, 0.5, 0.1],
    [0.95, 0.56, 0.17],
  ],
  purple: [
    [0.5, 0.16, 0.6],
    [0.69, 0.48, 0.63],
  ],
  pink: [
    [1, 0.6, 0.75],
    [1, 0.62, 0.65],
  ],
  cyan: [
    [0.1, 0.8, 0.8],
    [0.46, 0.72, 0.7],
  ],
  brown: [
    [0.45, 0.28, 0.14],
    [0.61, 0.46, 0.37],
  ],
  gray: [
    [0.5, 0.5, 0.5],
    [0.73, 0.69, 0.67],
  ],
  black: [[0.08, 0.08, 0.08]],
  white: [[0.95, 0.95, 0.95]],
};

export type Kind = 'cube' | 'cylinder' | 'ball' | 'bowl' | 'nut';

export const KINDS: readonly Kind[] = ['cube', 'cylinder', 'ball', 'bowl', 'nut'];

export interface Thing {
  /** Instance id of its pixels, from 1. */
  readonly id: number;
  readonly kind: Kind;
  readonly colour: string;
  readonly pose: Pose;
  readonly yawRad: number;
  /** Full side lengths of the box around it. */
  readonly size: Vec3;
}

export interface Look {
  readonly observation: Observation;
  /** Instance per pixel, for scoring only. */
  readonly truth: Int32Array;
}

export interface ScoredScene {
  readonly things: readonly Thing[];
  readonly light: number;
  /** The thing that something stands in front of, if any. */
  readonly hidden: Thing | undefined;
  readonly look: Look;
  /** From above the target, as a camera on the hand sees it before a grasp. */
  lookFromHand(thing: Thing): Look;
}

export interface SceneOptions {
  readonly width?: number;
  readonly height?: number;
  readonly eye?: Vec3;
  readonly target?: Vec3;
  readonly verticalFovRad?: number;
  readonly noise?: SensorNoise | 'off';
  readonly things?: number;
  readonly kinds?: readonly Kind[];
  readonly occlude?: boolean;
}

interface Piece {
  readonly shape: PartShape;
  readonly position: Vec3;
  readonly quatWxyz: Quat;
}

const up = (z: number): Piece['position'] => [0, 0, z];

function piecesOf(kind: Kind, random: RandomStream): { readonly pieces: readonly Piece[]; readonly size: Vec3 } {
  switch (kind) {
    case 'cube': {
      const side = random.uniform(0.036, 0.055);
      const size: Vec3 = [side, side, side];
      return { pieces: [{ shape: { kind: 'box', size }, position: up(0), quatWxyz: NO_ROTATION }], size };
    }
    case 'cylinder': {
      const radiusM = random.uniform(0.02, 0.03);
      const heightM = random.uniform(0.04, 0.08);
      return {
        pieces: [{ shape: { kind: 'cylinder', radiusM, heightM }, position: up(0), quatWxyz: NO_ROTATION }],
        size: [2 * radiusM, 2 * radiusM, heightM],
      };
    }
    case 'ball': {
      const radiusM = random.uniform(0.02, 0.032);
      return {
        pieces: [{ shape: { kind: 'sphere', radiusM }, position: up(0), quatWxyz: NO_ROTATION }],
        size: [2 * radiusM, 2 * radiusM, 2 * radiusM],
      };
    }
    case 'bowl': {
      const radius = random.uniform(0.055, 0.075);
      const heightM = random.uniform(0.035, 0.05);
      const wall = 0.006;
      const sides = 12;
      const length = 2 * radius * Math.tan(Math.PI / sides) + wall * 0.5;
      const walls = Array.from({ length: sides }, (_, i): Piece => {
        const angle = (2 * Math.PI * i) / sides;
        return {
          shape: { kind: 'box', size: [wall, length, heightM] },
          position: [(radius - wall / 2) * Math.cos(angle), (radius - wall / 2) * Math.sin(angle), 0],
          quatWxyz: quatFromAxisAngle([0, 0, 1], angle),
        };
      });
      const floor: Piece = {
        shape: { kind: 'cylinder', radiusM: radius - wall / 2, heightM: 0.006 },
        position: up(-heightM / 2 + 0.003),
        quatWxyz: NO_ROTATION,
      };
      return { pieces: [...walls, floor], size: [2 * radius, 2 * radius, heightM] };
    }
    case 'nut': {
      const [outer, hole, thick] = [0.0875, 0.0455, 0.02];
      const rim = (outer - hole) / 2;
      const at = (outer - rim) / 2;
      const box = (size: Vec3, x: number, y: number): Piece => ({
        shape: { kind: 'box', size },
        position: [x, y, 0],
        quatWxyz: NO_ROTATION,
      });
      return {
        pieces: [
          box([rim, outer, thick], at, 0),
          box([rim, outer, thick], -at, 0),
          box([hole, rim, thick], 0, at),
          box([hole, rim, thick], 0, -at),
          box([0.05, 0.032, thick], 0.054, 0),
        ],
        size: [outer, outer, thick],
      };
    }
  }
}

const TABLES: readonly Vec3[] = [
  [0.78, 0.72, 0.62],
  [0.55, 0.57, 0.6],
  [0.86, 0.86, 0.84],
  [0.3, 0.32, 0.34],
];

/** A scene drawn from a seed. */
export function drawScoredScene(seed: number, options: SceneOptions = {}): ScoredScene {
  const random = createRandomStream(seed, 'perception-scene');
  const { width = 480, height = 360, verticalFovRad = 0.75, noise = TYPICAL_SENSOR } = options;
  const { eye = [1.25, 0, 0.75], target = [0.55, 0, -0.1] } = options;
  const light = random.uniform(0.5, 1.5);
  const table = TABLES[random.integer(TABLES.length)];
  const bodies = new Map<string, Pose>();
  const parts: ViewPart[] = [];
  const things: Thing[] = [];
  const places: { readonly x: number; readonly y: number; readonly r: number }[] = [];
  const count = options.things ?? 5 + random.integer(3);
  const colours = Object.keys(PALETTE);
  const kinds = options.kinds ?? KINDS;
  const taken = new Set<string>();
  let attempts = 0;
  while (things.length < count && attempts++ < 400) {
    // Every second thing shares its colour with the one before and has another shape: a distractor.
    const previous = things[things.length - 1];
    const distractor = previous !== undefined && things.length % 2 === 1;
    const colour = distractor ? previous.colour : colours[random.integer(colours.length)];
    const kind = kinds[random.integer(kinds.length)];
    if (taken.has(`${colour} ${kind}`)) continue;
    const shades = PALETTE[colour];
    const shade = shades[random.integer(shades.length)];
    const { pieces, size } = piecesOf(kind, random);
    const r = (Math.max(size[0], size[1]) / 2) * 1.45 + (kind === 'nut' ? 0.02 : 0);
    const x = random.uniform(0.36, 0.76);
    const y = random.uniform(-0.27, 0.27);
    // A hand's breadth between things, so that who hides whom is chosen below.
    if (places.some((p) => Math.hypot(p.x - x, p.y - y) < p.r + r + 0.035)) continue;
    // A thing of the table's own look cannot be told from it by its marks; people would not do that either.
    places.push({ x, y, r });
    taken.add(`${colour} ${kind}`);
    const yawRad = random.uniform(0, 2 * Math.PI);
    const pose: Pose = {
      position: [x, y, TABLE_TOP_M + size[2] / 2],
      quatWxyz: quatFromAxisAngle([0, 0, 1], yawRad),
    };
    const name = `thing ${things.length}`;
    bodies.set(name, pose);
    for (const { shape, position, quatWxyz } of pieces) {
      parts.push({ body: name, shape, material: paint(shade, 0.55), bodyFromShape: { position, quatWxyz } });
    }
    things.push({ id: things.length + 1, kind, colour, pose, yawRad, size });
  }
  const furniture = (name: string, shape: PartShape, position: Vec3, colour: Vec3, quatWxyz = NO_ROTATION) => {
    bodies.set(name, { position, quatWxyz });
    parts.push({ body: name, shape, material: paint(colour, 0.7) });
  };
  furniture('table', { kind: 'box', size: [0.8, 0.8, 0.05] }, [0.56, 0, TABLE_TOP_M - 0.025], table);
  furniture('floor', { kind: 'plane' }, [0, 0, -0.912], [0.62, 0.64, 0.66]);
  furniture('stand', { kind: 'box', size: [0.32, 0.26, 0.912] }, [-0.03, 0, -0.456], [0.3, 0.32, 0.35]);
  // A white column where an arm would stand.
  furniture('column', { kind: 'cylinder', radiusM: 0.07, heightM: 0.6 }, [0, 0, 0.3], [0.93, 0.93, 0.92]);

  const render = (worldFromCamera: Pose, fov: number, more: readonly ViewPart[], purpose: string): Look => {
    const image: RgbdImage = renderScene(
      { bodies, parts: [...parts, ...more] },
      {
        width,
        height,
        verticalFovRad: fov,
        worldFromCamera,
        shadows: 'on',
        lighting: scaleLighting(STUDIO_LIGHTING, light),
      },
    );
    const noisy = noise === 'off' ? image : addSensorNoise(image, createRandomStream(seed, purpose), noise);
    return {
      truth: image.instanceIds,
      observation: {
        camera: purpose,
        width,
        height,
        colorSrgb: noisy.colorSrgb,
        depthM: noisy.depthM,
        intrinsics: image.intrinsics,
        worldFromCamera,
        timeS: 0,
      },
    };
  };
  const scenePose = lookAt(eye, target);
  let hidden: Thing | undefined;
  const covers: ViewPart[] = [];
  if (options.occlude !== false && things.length > 0) {
    hidden = things[random.integer(things.length)];
    const cover = coverFor(hidden, eye, random);
    bodies.set('cover', cover.pose);
    covers.push({ body: 'cover', shape: cover.shape, material: paint([0.85, 0.86, 0.88], 0.5) });
  }
  return {
    things,
    light,
    hidden,
    look: render(scenePose, verticalFovRad, covers, 'scene'),
    lookFromHand: (thing) => {
      const [x, y] = thing.pose.position;
      return render(lookAt([x + 0.05, y, TABLE_TOP_M + 0.3], [x, y, TABLE_TOP_M]), 1.1, [], 'hand');
    },
  };
}

/** A bar between the camera and a thing that hides about 30 % of it, from one side or through its middle. */
function coverFor(thing: Thing, eye: Vec3, random: RandomStream): { readonly pose: Pose; readonly shape: PartShape } {
  const [x, y, z] = thing.pose.position;
  const toward = [eye[0] - x, eye[1] - y, eye[2] - z];
  const length = Math.hypot(...toward);
  const [dx, dy, dz] = toward.map((d) => d / length);
  const share = 0.16 / length;
  const across = Math.hypot(dx, dy);
  const side: Vec3 = [-dy / across, dx / across, 0];
  const width = Math.max(thing.size[0], thing.size[1]) * (1 - share);
  const offset = random.next() < 0.5 ? 0 : (random.next() < 0.5 ? -1 : 1) * 0.36 * width;
  return {
    pose: {
      position: [x + dx * 0.16 + side[0] * offset, y + dy * 0.16 + side[1] * offset, z + dz * 0.16],
      quatWxyz: quatFromAxisAngle([0, 0, 1], Math.atan2(dy, dx)),
    },
    shape: { kind: 'box', size: [0.006, width * 0.3, 0.16] },
  };
}
