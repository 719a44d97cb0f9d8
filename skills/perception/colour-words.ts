// Owns what colour words mean: how well a word fits a patch of light, whatever the strength of the light.
// Must never look at a picture.
//
// A colour is its shares of red, green and blue in the linear light, which a stronger lamp leaves as they are, and its
// brightness beside the brightest thing in sight, which tells brown from orange and grey from white. The examples are
// the plain colours of paint and the ten of Tableau's palette, which tabletop benchmarks use for blocks and bowls.

import { linearFromSrgb } from '../../sim/cameras/material.ts';
import { exp, log } from '../../sim/portable-math.ts';

export const COLOUR_WORDS = [
  'red',
  'green',
  'blue',
  'yellow',
  'orange',
  'purple',
  'pink',
  'cyan',
  'brown',
  'gray',
  'black',
  'white',
] as const;

export type ColourWord = (typeof COLOUR_WORDS)[number];

export type Shade = 'light' | 'dark' | 'any';

export interface Colour {
  readonly redShare: number;
  readonly greenShare: number;
  /** Light over the light of white, about 0..1. */
  readonly brightness: number;
}

const EXAMPLES: Readonly<Record<ColourWord, readonly (readonly [number, number, number])[]>> = {
  red: [
    [209, 31, 26],
    [255, 87, 89],
    [255, 0, 0],
    [150, 25, 25],
  ],
  green: [
    [33, 153, 56],
    [89, 169, 79],
    [0, 255, 0],
    [20, 100, 40],
    [140, 190, 60],
  ],
  blue: [
    [30, 60, 200],
    [78, 121, 167],
    [0, 0, 255],
    [30, 90, 190],
    [100, 150, 220],
  ],
  yellow: [
    [242, 215, 26],
    [237, 201, 72],
    [255, 255, 0],
  ],
  orange: [
    [242, 127, 26],
    [242, 142, 43],
    [255, 165, 0],
  ],
  purple: [
    [128, 40, 150],
    [176, 122, 161],
    [128, 0, 128],
    [100, 50, 180],
  ],
  pink: [
    [255, 153, 190],
    [255, 157, 167],
    [242, 115, 166],
    [255, 105, 180],
  ],
  cyan: [
    [26, 204, 204],
    [118, 183, 178],
    [0, 255, 255],
    [50, 165, 180],
  ],
  brown: [
    [115, 70, 35],
    [156, 117, 95],
    [102, 64, 30],
    [139, 69, 19],
    [150, 100, 60],
  ],
  gray: [
    [128, 128, 128],
    [186, 176, 172],
    [90, 90, 95],
    [160, 160, 160],
  ],
  black: [
    [20, 20, 20],
    [40, 40, 42],
  ],
  white: [
    [245, 245, 245],
    [225, 225, 220],
  ],
};

/** How far apart shares may lie and be called the same colour by most people: the steps between the examples. */
const SHARE_SCALE = 0.085;
/** What a factor of e in brightness counts, in shares: shade and the guess of white are good to about a factor of two. */
const BRIGHTNESS_SHARE = 0.07;
/** Added to brightness before its logarithm: below it everything is black. */
const BLACK = 0.015;

interface Example {
  readonly word: ColourWord;
  readonly red: number;
  readonly green: number;
  readonly logBrightness: number;
}

const examples: readonly Example[] = COLOUR_WORDS.flatMap((word) =>
  EXAMPLES[word].map((bytes) => {
    const { redShare, greenShare, brightness } = colourOfPaint(bytes.map((byte) => byte / 255));
    return { word, red: redShare, green: greenShare, logBrightness: log(brightness + BLACK) };
  }),
);

/** The colour that a thing painted so shows to whoever looks. @param srgb three values, 0..1 */
export function colourOfPaint(srgb: readonly number[]): Colour {
  const [r, g, b] = srgb.map((value) => linearFromSrgb(value) + 0.004);
  const sum = r + g + b;
  // A thing's bright side has about nine tenths of the light that a white thing there would have.
  return { redShare: r / sum, greenShare: g / sum, brightness: Math.max(r, g, b) * 0.9 };
}

/** How well each word fits a colour, in the order of COLOUR_WORDS; the words of one colour sum to at most 1. */
export function colourScores(colour: Colour): readonly number[] {
  const logBrightness = log(Math.max(0, colour.brightness) + BLACK);
  const best = new Float64Array(COLOUR_WORDS.length);
  for (const { word, red, green, logBrightness: other } of examples) {
    const dr = colour.redShare - red;
    const dg = colour.greenShare - green;
    const db = dr + dg;
    const dl = (logBrightness - other) * BRIGHTNESS_SHARE;
    const fit = exp(-(dr * dr + dg * dg + db * db + dl * dl) / (SHARE_SCALE * SHARE_SCALE));
    const index = COLOUR_WORDS.indexOf(word);
    if (fit > best[index]) best[index] = fit;
  }
  // What fits nothing well is not made to fit something.
  const sum = best.reduce((total, fit) => total + fit, 0.15);
  return Array.from(best, (fit) => (fit * 1.15) / sum);
}

/** How well a colour fits one word and its shade, 0..1. */
export function colourScore(colour: Colour, word: ColourWord, shade: Shade): number {
  const score = colourScores(colour)[COLOUR_WORDS.indexOf(word)];
  if (shade === 'any') return score;
  const middle = word === 'black' || word === 'brown' ? 0.12 : 0.35;
  const ratio = (colour.brightness + BLACK) / middle;
  const light = ratio / (1 + ratio);
  return score * (0.3 + 0.7 * (shade === 'light' ? light : 1 - light));
}

/** The word that fits best, for people. */
export function nameColour(colour: Colour): ColourWord {
  const scores = colourScores(colour);
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i] > scores[best]) best = i;
  return COLOUR_WORDS[best];
}
