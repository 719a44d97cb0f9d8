// Owns the small grammar of the pixel detector: "the left red cube", "handle of the brown nut", "dark blue bowl".
// Must never look at a picture.

import { COLOUR_WORDS, type ColourWord, type Shade } from './colour-words.ts';
import { SHAPE_WORDS, type ShapeWord } from './shape-words.ts';

/** Which of several equally good answers is meant. Left is +y of the base frame, near is toward the base. */
export type Choice = 'left' | 'right' | 'nearest' | 'farthest' | 'largest' | 'smallest' | 'highest' | 'lowest';

/** A piece of a thing: what sticks out of it, or the middle of its opening. */
export type PartWord = 'handle' | 'hole' | 'head' | 'rim';

export interface Noun {
  readonly shape: ShapeWord;
  /** The word that was used for it. */
  readonly said: string;
  readonly colour: ColourWord | undefined;
  readonly shade: Shade;
  readonly choice: Choice | undefined;
}

export interface Phrase extends Noun {
  /** The thing this is a part of: in "handle of the red pot", the pot. */
  readonly whole: Noun | undefined;
  readonly part: PartWord | undefined;
}

export type ParsedPhrase =
  | { readonly kind: 'understood'; readonly phrase: Phrase }
  | { readonly kind: 'unknown'; readonly words: readonly string[] };

const SHAPES = new Map<string, ShapeWord>(
  (Object.keys(SHAPE_WORDS) as ShapeWord[]).flatMap((shape) =>
    SHAPE_WORDS[shape].map((word): [string, ShapeWord] => [word, shape]),
  ),
);

const OTHER_COLOURS: Readonly<Record<string, readonly [ColourWord, Shade]>> = {
  grey: ['gray', 'any'],
  silver: ['gray', 'light'],
  violet: ['purple', 'any'],
  magenta: ['pink', 'dark'],
  teal: ['cyan', 'dark'],
  turquoise: ['cyan', 'any'],
  navy: ['blue', 'dark'],
  maroon: ['red', 'dark'],
  crimson: ['red', 'any'],
  lime: ['green', 'light'],
  gold: ['yellow', 'dark'],
  golden: ['yellow', 'dark'],
  tan: ['brown', 'light'],
  wooden: ['brown', 'any'],
};

const CHOICES: Readonly<Record<string, Choice>> = {
  left: 'left',
  leftmost: 'left',
  right: 'right',
  rightmost: 'right',
  near: 'nearest',
  nearest: 'nearest',
  closest: 'nearest',
  far: 'farthest',
  farthest: 'farthest',
  furthest: 'farthest',
  big: 'largest',
  bigger: 'largest',
  biggest: 'largest',
  large: 'largest',
  larger: 'largest',
  largest: 'largest',
  small: 'smallest',
  smaller: 'smallest',
  smallest: 'smallest',
  little: 'smallest',
  top: 'highest',
  topmost: 'highest',
  upper: 'highest',
  highest: 'highest',
  tallest: 'highest',
  lower: 'lowest',
  lowest: 'lowest',
  bottom: 'lowest',
};

const PARTS: Readonly<Record<string, PartWord>> = {
  handle: 'handle',
  grip: 'handle',
  head: 'head',
  hole: 'hole',
  opening: 'hole',
  center: 'hole',
  centre: 'hole',
  middle: 'hole',
  rim: 'rim',
  edge: 'rim',
};

/** Words that say nothing the pixels could be asked. */
const IDLE = new Set(
  'the a an this that its my your extruded hollow solid plain coloured colored painted plastic metal round long thin thick flat upright empty end side part area'.split(
    ' ',
  ),
);
/** Where a thing stands, when it stands on what everything stands on. */
const ON_TABLE =
  /\b(?:lying |standing |sitting )?(?:on|from|upon) (?:top of )?the (?:table|desk|floor|board|table ?top|ground)\b/g;

/** What the pixel detector understands, for hints. */
export const UNDERSTOOD = `colours (${COLOUR_WORDS.join(', ')}, with light or dark), shapes (object, ${Object.keys(
  SHAPE_WORDS,
)
  .filter((word) => word !== 'object')
  .join(', ')}), one of left, right, nearest, farthest, largest, smallest, highest, lowest, and "handle of the ..."`;

/** Reads a phrase. */
export function parsePhrase(text: string): ParsedPhrase {
  const clean = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(ON_TABLE, ' ');
  const [first, ...rest] = clean.split(/ (?:of|from) /);
  const unknown: string[] = [];
  const whole = rest.length === 0 ? undefined : readNoun(rest.join(' ').split(' '), unknown);
  const words = first.split(' ').filter((word) => word !== '');
  // "pot handle", "hammer head": a part named after its thing.
  const last = words[words.length - 1] ?? '';
  let part: PartWord | undefined = Object.hasOwn(PARTS, last) ? PARTS[last] : undefined;
  let owner = whole?.noun;
  let own = words;
  if (part !== undefined && owner === undefined) {
    const before = words.slice(0, -1);
    const at = before.findIndex((word) => SHAPES.has(word) && word !== 'square');
    if (at >= 0) {
      owner = readNoun(before, unknown)?.noun;
      own = [last];
    } else if (!SHAPES.has(last)) {
      unknown.push(last);
    } else {
      part = undefined;
    }
  } else if (owner === undefined) {
    part = undefined;
  } else if (part === undefined) {
    unknown.push('of');
  }
  const noun = readNoun(part === undefined ? own : own.slice(0, -1), unknown);
  if (unknown.length > 0 || noun === undefined) return { kind: 'unknown', words: unknown };
  const shape: ShapeWord = part === undefined ? noun.noun.shape : part === 'head' ? 'head' : 'handle';
  return {
    kind: 'understood',
    phrase: { ...noun.noun, shape, said: part ?? noun.noun.said, whole: owner, part },
  };
}

function readNoun(words: readonly string[], unknown: string[]): { readonly noun: Noun } | undefined {
  let shape: ShapeWord = 'object';
  let said = 'object';
  let colour: ColourWord | undefined;
  let shade: Shade = 'any';
  let choice: Choice | undefined;
  let tint: Shade = 'any';
  for (const word of words) {
    const form = SHAPES.get(word) ?? SHAPES.get(word.replace(/s$/, ''));
    const other = Object.hasOwn(OTHER_COLOURS, word) ? OTHER_COLOURS[word] : undefined;
    if (word === '' || IDLE.has(word)) continue;
    if (word === 'light' || word === 'pale' || word === 'bright') tint = 'light';
    else if (word === 'dark' || word === 'deep') tint = 'dark';
    else if ((COLOUR_WORDS as readonly string[]).includes(word)) colour = word as ColourWord;
    else if (other !== undefined) [colour, shade] = other;
    else if (form !== undefined) [shape, said] = [form, word];
    else if (Object.hasOwn(CHOICES, word)) choice = CHOICES[word];
    else unknown.push(word);
  }
  if (tint !== 'any') shade = tint;
  return { noun: { shape, said, colour, shade, choice } };
}

/** The noun in words. */
export function sayNoun(noun: Noun): string {
  return [noun.choice, noun.shade === 'any' ? undefined : noun.shade, noun.colour, noun.said]
    .filter((word) => word !== undefined)
    .join(' ');
}
