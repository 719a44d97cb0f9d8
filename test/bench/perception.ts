// Owns the figures of perception: how often the pixel detector finds what is meant, how exactly things are measured,
// and what a look costs. Scenes have distractors of the same colour, hidden things, light from half to one and a half,
// and a noisy sensor.

import { mat3FromQuat } from '../../sim/spatial.ts';
import { PerceptionError } from '../../skills/perception/detector.ts';
import { perceiveObject } from '../../skills/perception/perceive-object.ts';
import { PixelDetector } from '../../skills/perception/pixel-detector.ts';
import { type Figure, median, percentile } from './figure.ts';
import { drawScoredScene, KINDS, type Look, PALETTE, type SceneOptions, type Thing } from './perception-scenes.ts';

/** A mask shows a thing when they share this much of all their pixels. */
const SAME_THING = 0.6;

export interface DetectorScore {
  /** Questions for things that are there, by answer. */
  readonly right: number;
  readonly wrong: number;
  readonly unsure: number;
  readonly nothing: number;
  /** The same for things that something stands in front of. */
  readonly hiddenRight: number;
  readonly hiddenAll: number;
  /** Share of questions for things that are not there which were answered with one. */
  readonly inventedShare: number;
  /** Errors of what was found and not hidden: middle, metres; sides, metres; turn of cubes, radians. */
  readonly placeM: readonly number[];
  readonly sideM: readonly number[];
  readonly turnRad: readonly number[];
  /** Wall time of the first question to a picture, with everything that is measured of it, milliseconds. */
  readonly firstMs: readonly number[];
}

/** Asks for every thing of every scene by colour and shape, and for some that are not there. */
export async function scoreDetector(seeds: readonly number[], options: SceneOptions = {}): Promise<DetectorScore> {
  const detector = new PixelDetector();
  const counts = { right: 0, wrong: 0, unsure: 0, nothing: 0 };
  let [hiddenRight, hiddenAll, absent, invented] = [0, 0, 0, 0];
  const placeM: number[] = [];
  const sideM: number[] = [];
  const turnRad: number[] = [];
  const firstMs: number[] = [];
  for (const seed of seeds) {
    const scene = drawScoredScene(seed, options);
    const { observation } = scene.look;
    for (const [i, thing] of scene.things.entries()) {
      const phrase = `${thing.colour} ${thing.kind}`;
      const started = performance.now();
      const answer = await detector.segmentText(observation, phrase);
      const kind =
        answer.kind !== 'found' ? answer.kind : shows(scene.look, answer.masks[0].pixels, thing) ? 'right' : 'wrong';
      counts[kind]++;
      if (thing === scene.hidden) {
        hiddenAll++;
        if (kind === 'right') hiddenRight++;
      } else if (kind === 'right' && thing.kind !== 'nut') {
        const seen = await perceiveObject([observation], detector, phrase);
        const [a, b] = [seen.pose.position, thing.pose.position];
        placeM.push(
          Math.sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2])),
        );
        sideM.push(Math.max(...seen.extent.map((extent, k) => Math.abs(extent - thing.size[k]))));
        if (thing.kind === 'cube') {
          const m = mat3FromQuat(seen.pose.quatWxyz);
          turnRad.push(quarterTurn(Math.atan2(m[3], m[0]) - thing.yawRad));
        }
      }
      if (i === 0) firstMs.push(performance.now() - started);
    }
    // The next colour of the palette with this scene's shapes, where the scene has none of that colour.
    const colours = Object.keys(PALETTE);
    const missing = colours.find((colour) => scene.things.every((thing) => thing.colour !== colour)) ?? 'red';
    for (const kind of KINDS) {
      if (missing === 'white' || missing === 'gray') continue;
      absent++;
      const answer = await detector.segmentText(observation, `${missing} ${kind}`);
      if (answer.kind === 'found') invented++;
    }
  }
  return {
    ...counts,
    hiddenRight,
    hiddenAll,
    inventedShare: absent === 0 ? 0 : invented / absent,
    placeM,
    sideM,
    turnRad,
    firstMs,
  };
}

function shows({ truth }: Look, pixels: Uint32Array, thing: Thing): boolean {
  let shared = 0;
  for (const pixel of pixels) if (truth[pixel] === thing.id) shared++;
  let all = pixels.length - shared;
  for (const id of truth) if (id === thing.id) all++;
  return shared / all > SAME_THING;
}

/** Distance of an angle from the nearest quarter turn. */
function quarterTurn(angle: number): number {
  const quarter = Math.PI / 2;
  return Math.abs(angle - Math.round(angle / quarter) * quarter);
}

/** Whether a cube is measured as the design asks: the figures stand beside their budgets. */
export async function measurePerception(): Promise<Figure[]> {
  const score = await scoreDetector(Array.from({ length: 40 }, (_, i) => 5000 + i));
  const all = score.right + score.wrong + score.unsure + score.nothing;
  const cubes: number[] = [];
  const turns: number[] = [];
  const sides: number[] = [];
  const detector = new PixelDetector();
  for (let seed = 7000; seed < 7040; seed++) {
    const scene = drawScoredScene(seed, { kinds: ['cube'], things: 1, occlude: false });
    const [thing] = scene.things;
    try {
      const seen = await perceiveObject([scene.look.observation], detector, `${thing.colour} cube`);
      const [a, b] = [seen.pose.position, thing.pose.position];
      cubes.push(
        1000 * Math.sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2])),
      );
      const m = mat3FromQuat(seen.pose.quatWxyz);
      turns.push((quarterTurn(Math.atan2(m[3], m[0]) - thing.yawRad) * 180) / Math.PI);
      sides.push(1000 * Math.max(...seen.extent.map((extent, k) => Math.abs(extent - thing.size[k]))));
    } catch (error) {
      if (!(error instanceof PerceptionError)) throw error;
    }
  }
  return [
    {
      what: 'things found by colour and shape',
      value: (100 * score.right) / all,
      unit: '%',
      note: `${all} questions, IoU > ${SAME_THING}`,
    },
    { what: 'another thing taken for it', value: (100 * score.wrong) / all, unit: '%' },
    { what: 'answered "unsure" / "nothing"', value: (100 * (score.unsure + score.nothing)) / all, unit: '%' },
    {
      what: 'about 30 % hidden things found',
      value: (100 * score.hiddenRight) / score.hiddenAll,
      unit: '%',
      note: `${score.hiddenAll} questions`,
    },
    { what: 'absent things found all the same', value: 100 * score.inventedShare, unit: '%' },
    {
      what: 'place of a cube, median',
      value: median(cubes),
      unit: 'mm',
      budget: { kind: 'at most', value: 2 },
      note: `${cubes.length} of 40 cubes measured`,
    },
    { what: 'place of a cube, p95', value: percentile(cubes, 0.95), unit: 'mm', budget: { kind: 'at most', value: 5 } },
    { what: 'turn of a cube, p95', value: percentile(turns, 0.95), unit: 'deg', budget: { kind: 'at most', value: 3 } },
    { what: 'sides of a cube, p95', value: percentile(sides, 0.95), unit: 'mm', budget: { kind: 'at most', value: 3 } },
    { what: 'place of any thing, p95', value: 1000 * percentile(score.placeM, 0.95), unit: 'mm' },
    {
      what: 'first question to a 480 x 360 look, measured, median',
      value: median(score.firstMs),
      unit: 'ms',
      budget: { kind: 'at most', value: 100 },
    },
  ];
}
