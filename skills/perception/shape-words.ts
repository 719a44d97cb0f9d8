// Owns what shape words mean: how well a word fits the measures of a thing. Must never look at a picture.

import { exp } from '../../sim/portable-math.ts';
import type { DrawnForm } from './drawings.ts';
import type { ShapeFeatures } from './shape-features.ts';

/** Shapes, each with the words that name it. */
export const SHAPE_WORDS = {
  object: ['object', 'thing', 'item', 'one', 'stuff'],
  cube: ['cube', 'cubes'],
  block: ['block', 'box', 'brick', 'plank', 'blocks', 'boxes'],
  cylinder: ['cylinder', 'can', 'tin', 'cup', 'puck', 'disc', 'disk'],
  ball: ['ball', 'sphere', 'balls'],
  bowl: ['bowl', 'dish', 'bowls'],
  ring: ['nut', 'ring', 'frame', 'square', 'washer'],
  peg: ['peg', 'post', 'pin', 'pole', 'pillar', 'tower'],
  pot: ['pot', 'pan', 'kettle'],
  tray: ['bin', 'tray', 'basket', 'crate', 'container'],
  handle: ['handle', 'grip', 'bar', 'stick', 'rod'],
  hammer: ['hammer', 'tool', 'mallet'],
  head: ['head'],
  spill: ['spill', 'stain', 'mark', 'marks', 'marker', 'markers', 'dirt', 'puddle', 'spot', 'spots', 'smudge'],
  line: ['line', 'lines', 'stroke', 'ground'],
  drawing: ['drawing', 'ink', 'sketch', 'curve'],
  circle: ['circle'],
  triangle: ['triangle'],
  hexagon: ['hexagon'],
  pad: ['pad', 'mat', 'plate', 'sponge', 'board', 'card'],
} as const;

export type ShapeWord = keyof typeof SHAPE_WORDS;

/** Lower than this, a thing is a mark on its support, metres: three deviations of a calmed depth at one metre. */
export const FLAT_M = 0.005;

/** Words of ours whose things lie in the support's own surface. */
export function isFlatWord(word: ShapeWord): boolean {
  return word === 'spill' || drawnForms(word) !== undefined;
}

/**
 * The forms of ink that a word names; undefined for a word that names none.
 * @param said the word itself: a square may be a ring with corners as well as a drawing
 */
export function drawnForms(word: ShapeWord, said: string = word): readonly DrawnForm[] | undefined {
  if (word === 'drawing') return ['line', 'circle', 'triangle', 'square', 'hexagon', 'other'];
  if (word === 'line' || word === 'circle' || word === 'triangle' || word === 'hexagon') return [word];
  return said === 'square' ? ['square'] : undefined;
}

/** How well a word fits, 0..1. */
export function shapeScore(word: ShapeWord, shape: ShapeFeatures): number {
  const { heightM: h, lengthM: length, widthM: width, roundness, ballness, hollow, bottomM } = shape;
  // What is covered may well be the opening: half of it is counted as that.
  const opening = shape.opening + 0.5 * shape.covered * (shape.opening > 0.02 ? 1 : 0.6);
  const solid = falling(opening, 0.16, 0.04);
  const open = rising(opening, 0.14, 0.03);
  const tall = rising(h, 0.007, 0.0015);
  const flat = 1 - tall;
  // Of what carries another thing only one side may be seen: it is taken to be as deep as wide.
  const stretch = shape.topped ? 1.2 : length / Math.max(width, 0.004);
  const square = shape.topped ? 0.75 : 1 - roundness;
  const noBall = 1 - ballness;
  const upright = h / Math.max(length, 0.004);
  // Handles and open walls are thin: a tenth remains for what was half hidden.
  switch (word) {
    case 'object':
      return tall * falling(length, 0.35, 0.04);
    case 'cube':
      return tall * solid * square * noBall * falling(stretch, 1.75, 0.15) * between(upright, 0.45, 1.7);
    case 'block':
      return tall * solid * square * noBall * falling(stretch, 5, 0.7) * falling(upright, 2.4, 0.3);
    case 'cylinder':
      return tall * solid * roundness * noBall * falling(stretch, 2, 0.25) * falling(upright, 2.6, 0.3);
    case 'ball':
      return tall * solid * ballness * falling(stretch, 1.7, 0.2);
    case 'bowl':
      return tall * open * rising(hollow, 0.35, 0.1) * (0.3 + 0.7 * roundness) * falling(h, 0.1, 0.012);
    case 'ring':
      return tall * Math.max(open, 0.45 * coveredRing(shape)) * falling(hollow, 0.5, 0.12) * falling(h, 0.05, 0.008);
    case 'peg':
      return tall * solid * rising(upright, 1.35, 0.15) * noBall;
    case 'pot':
      return (
        tall * rising(h, 0.05, 0.008) * (0.15 + 0.85 * open * rising(hollow, 0.35, 0.1)) * rising(length, 0.08, 0.01)
      );
    case 'tray':
      return tall * open * rising(hollow, 0.35, 0.1) * (0.25 + 0.75 * square) * rising(length, 0.1, 0.012);
    case 'handle':
      return (
        tall *
        noBall *
        Math.max(rising(stretch, 1.6, 0.2), 0.9 * rising(bottomM, 0.02, 0.005)) *
        falling(width, 0.06, 0.008) *
        falling(length, 0.3, 0.03)
      );
    case 'hammer':
      return tall * rising(stretch, 1.8, 0.2) * rising(length, 0.1, 0.012) * falling(length, 0.45, 0.03);
    case 'head':
      return tall * solid * falling(length, 0.12, 0.015) * falling(stretch, 2.8, 0.3);
    case 'spill':
    case 'line':
    case 'drawing':
      return flat * falling(length, 0.8, 0.08);
    case 'pad':
      return falling(h, 0.035, 0.005) * rising(width, 0.025, 0.004) * solid * falling(length, 0.45, 0.04);
    default:
      return 0;
  }
}

/** A flat, wide thing may be a ring whose hole is covered: far wider than high, as no block or can of that size is. */
function coveredRing({ heightM, lengthM, widthM, ballness }: ShapeFeatures): number {
  return falling(heightM / Math.max(lengthM, 0.004), 0.3, 0.04) * rising(widthM, 0.045, 0.006) * (1 - ballness);
}

/** A cube is a block too: it has the narrower name as soon as that fits this well beside the wider one. */
const CUBE_SHARE = 0.85;

/** The shape that fits best among those that can be told from one look, for people. */
export function nameShape(shape: ShapeFeatures): string {
  const names = ['block', 'cube', 'cylinder', 'ball', 'bowl', 'ring', 'peg', 'spill', 'tray', 'handle'] as const;
  let best: ShapeWord = 'object';
  let score = 0.3;
  for (const name of names) {
    const fit = shapeScore(name, shape);
    if (fit > score) {
      best = name;
      score = fit;
    }
  }
  if (best === 'block' && shapeScore('cube', shape) > CUBE_SHARE * score) return 'cube';
  return best === 'spill' ? 'mark' : best;
}

/** 0 well below a limit, 1 well above it, one half at it; `width` is the softness. */
function rising(value: number, limit: number, width: number): number {
  return 1 / (1 + exp((limit - value) / width));
}

function falling(value: number, limit: number, width: number): number {
  return 1 - rising(value, limit, width);
}

function between(value: number, low: number, high: number): number {
  return rising(value, low, 0.06) * falling(value, high, 0.12);
}
