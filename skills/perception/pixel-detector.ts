// Owns the pixel detector: colour and shape words answered from the pixels of one RGB-D picture, with no model and no
// server. Must never know names, ids or poses of the scene, and knows the cell only by what it sees.

import type { Observation } from '../../drivers/cameras/camera-port.ts';
import { colourScore, nameColour } from './colour-words.ts';
import { type Detector, type Mask, PerceptionError, type Pointing, type Segmentation } from './detector.ts';
import { type Drawing, findDrawings } from './drawings.ts';
import { innermostPixel } from './innermost-pixel.ts';
import { findPart } from './parts.ts';
import { type Noun, type Phrase, parsePhrase, sayNoun, UNDERSTOOD } from './phrase.ts';
import { type Picture, readPicture } from './picture.ts';
import { boxOf, joinPieces } from './pieces.ts';
import { BACKGROUND, describe, findRegions, type Region } from './regions.ts';
import { measureShape, type ShapeFeatures } from './shape-features.ts';
import { drawnForms, isFlatWord, nameShape, shapeScore } from './shape-words.ts';

/** Fewer pixels say nothing about a shape. */
const FEWEST_PIXELS = 20;
const LONGEST_PHRASE = 200;
/** A colour or a shape that fits less is another one. */
const LEAST_COLOUR = 0.15;
const LEAST_SHAPE = 0.12;
const LEAST_SCORE = 0.1;
/** The second best must be this much worse than the best, or the answer is "unsure". */
const CLEAR = 0.62;
/** A thing is smaller than this, metres; what is larger is furniture or the arm. */
const LARGEST_M = 0.6;
const HIGHEST_M = 0.45;
/** With so many pixels a shape is half to be trusted: crumbs at edges take any shape. */
const HALF_TRUSTED = 20;
/** What the picture's edge cuts off fits this much less: most of it may lie outside. */
const CUT_OFF = 0.6;
/** What sticks out of a thing and is no longer or thicker than this can be its handle, metres. */
const LARGEST_STUB_M = 0.09;
const THICKEST_STUB_M = 0.05;
/** It touches the thing along this share of its rim, at about its depth, metres. */
const ATTACHED_SHARE = 0.1;
const ATTACHED_M = 0.015;
/** How well it fits: less than what looks like a handle by itself. */
const STUB_FIT = 0.6;
/** Rings around a pixel that are searched when it belongs to nothing. */
const NEARBY = 3;

interface Candidate {
  readonly region: Region;
  readonly shape: ShapeFeatures;
  readonly score: number;
  /** Where it is ink on a surface. */
  readonly drawing?: Drawing;
}

/** Answers from colour and depth alone. Keeps nothing between pictures. */
export class PixelDetector implements Detector {
  readonly name = 'pixels';

  async segmentText(observation: Observation, text: string, signal?: AbortSignal): Promise<Segmentation> {
    signal?.throwIfAborted();
    const phrase = understand(text);
    if ('kind' in phrase) return phrase;
    const picture = readPicture(observation);
    return phrase.whole === undefined || phrase.part === undefined
      ? answer(picture, phrase, candidatesFor(picture, phrase))
      : answerPart(picture, phrase, phrase.whole);
  }

  async segmentPoint(observation: Observation, u: number, v: number, signal?: AbortSignal): Promise<Segmentation> {
    signal?.throwIfAborted();
    const picture = readPicture(observation);
    const { width, height } = picture;
    const [column, row] = [Math.round(u), Math.round(v)];
    if (!(column >= 0 && row >= 0 && column < width && row < height)) {
      throw new PerceptionError(
        'BAD_QUERY',
        `the pixel (${u}, ${v}) lies outside the picture of ${width} x ${height} pixels`,
        `Give u from 0 to ${width - 1} and v from 0 to ${height - 1}.`,
      );
    }
    const { labels, list } = findRegions(picture);
    const label = labelNear(picture, labels, column, row);
    if (label === undefined) {
      const support = labels[row * width + column] === BACKGROUND;
      return {
        kind: 'nothing',
        message: support
          ? `pixel (${column}, ${row}) shows the surface that things stand on`
          : `pixel (${column}, ${row}) belongs to no thing: it has no depth, or it is the rim of something`,
        hint: 'Point at the middle of a thing.',
      };
    }
    const chosen = list[label];
    const first = chosen.pixels[0];
    const region =
      joinPieces(
        picture,
        list.filter((other) => other === chosen || isLike(other, chosen)),
      ).find(({ pixels }) => pixels.includes(first)) ?? chosen;
    return { kind: 'found', masks: [maskOf(picture, region, 1)] };
  }

  async pointAt(observation: Observation, text: string, signal?: AbortSignal): Promise<Pointing> {
    const found = await this.segmentText(observation, text, signal);
    if (found.kind !== 'found') return { kind: found.kind, message: found.message, hint: found.hint };
    const [{ pixels, box, score }] = found.masks;
    return { kind: 'found', ...innermostPixel(pixels, box, observation.width), score };
  }
}

function understand(text: string): Phrase | Segmentation {
  if (text.trim() === '' || text.length > LONGEST_PHRASE) {
    throw new PerceptionError(
      'BAD_QUERY',
      text.trim() === '' ? 'the phrase is empty' : `the phrase has ${text.length} characters`,
      'Name one thing in a few words, as "red cube".',
    );
  }
  const parsed = parsePhrase(text);
  if (parsed.kind === 'understood') return parsed.phrase;
  const words = parsed.words.map((word) => `"${word}"`).join(', ');
  return {
    kind: 'nothing',
    message: `the pixel detector does not know ${words || 'what this names'}`,
    hint: `It understands ${UNDERSTOOD}. Say the phrase with these, or use a model server.`,
  };
}

function isLike(a: Region, b: Region): boolean {
  return Math.abs(a.redShare - b.redShare) < 0.1 && Math.abs(a.greenShare - b.greenShare) < 0.1;
}

function colourOf(picture: Picture, region: Region) {
  return {
    redShare: region.redShare,
    greenShare: region.greenShare,
    brightness: region.light / Math.max(0.02, picture.whiteLight),
  };
}

/** What fits a noun, best first. */
function candidatesFor(picture: Picture, noun: Noun): readonly Candidate[] {
  const drawn = drawnCandidates(picture, noun);
  // "Square" alone may name a nut as well, where no square is drawn.
  return drawn.length > 0 ? drawn : solidCandidates(picture, noun);
}

/** Ink of the forms that a noun names. */
function drawnCandidates(picture: Picture, { shape: word, said, colour, shade }: Noun): readonly Candidate[] {
  const forms = drawnForms(word, said);
  if (forms === undefined) return [];
  return findDrawings(picture)
    .filter(({ form }) => forms.includes(form))
    .flatMap((drawing): Candidate[] => {
      const shape = measureShape(picture, drawing.pixels);
      const fit = colour === undefined ? 1 : colourScore(drawing.colour, colour, shade);
      if (shape === undefined || fit < LEAST_COLOUR) return [];
      const region = { ...describe(picture, drawing.pixels), pixels: drawing.pixels };
      return [{ region, shape, drawing, score: fit * (drawing.cutOff ? CUT_OFF : 1) }];
    })
    .sort((a, b) => b.score - a.score || a.region.pixels[0] - b.region.pixels[0]);
}

function solidCandidates(picture: Picture, noun: Noun): readonly Candidate[] {
  const { colour, shade } = noun;
  const fits = (region: Region) => (colour === undefined ? 1 : colourScore(colourOf(picture, region), colour, shade));
  const coloured = findRegions(picture).list.filter((region) => fits(region) >= LEAST_COLOUR);
  const flat = isFlatWord(noun.shape);
  const joined = (flat ? joinMarks(picture, coloured) : joinPieces(picture, coloured)).filter(
    ({ pixels }) => pixels.length >= FEWEST_PIXELS,
  );
  const candidates: Candidate[] = [];
  for (const region of joined) {
    const shape = measureShape(picture, region.pixels);
    if (shape === undefined || shape.lengthM > (flat ? 2 : LARGEST_M) || shape.heightM > HIGHEST_M) {
      continue;
    }
    const fit = Math.max(
      shapeScore(noun.shape, shape),
      noun.shape === 'handle' ? stubScore(picture, region, shape) : 0,
    );
    if (fit < LEAST_SHAPE) continue;
    const [u0, v0, u1, v1] = boxOf(region.pixels, picture.width);
    const whole = flat || (u0 > 0 && v0 > 0 && u1 < picture.width && v1 < picture.height);
    const trust = region.pixels.length / (region.pixels.length + HALF_TRUSTED);
    candidates.push({ region, shape, score: fits(region) * fit * trust * (whole ? 1 : CUT_OFF) });
  }
  return candidates
    .filter(({ score }) => score >= LEAST_SCORE)
    .sort((a, b) => b.score - a.score || a.region.pixels[0] - b.region.pixels[0]);
}

/** A handle may be short and thick: then it is told by what it sticks out of, something larger of another colour. */
function stubScore(picture: Picture, { pixels }: Region, shape: ShapeFeatures): number {
  const { lengthM, widthM, heightM } = shape;
  if (lengthM > LARGEST_STUB_M || widthM > THICKEST_STUB_M || heightM < 0.007) return 0;
  const { labels, list } = findRegions(picture);
  const { width, depthM } = picture;
  const own = new Set(pixels);
  const touched = new Map<number, number>();
  let rim = 0;
  for (const pixel of pixels) {
    for (const step of [-1, 1, -width, width]) {
      if (own.has(pixel + step)) continue;
      rim++;
      // The rim itself mixes both colours and may belong to nothing.
      const next = pixel + 2 * step;
      const label = labels[next] ?? BACKGROUND;
      if (own.has(next) || label < 0 || Math.abs(depthM[next] - depthM[pixel]) > ATTACHED_M) continue;
      if (list[label].pixels.length > pixels.length) touched.set(label, (touched.get(label) ?? 0) + 1);
      break;
    }
  }
  return Math.max(0, ...touched.values()) > ATTACHED_SHARE * rim ? STUB_FIT : 0;
}

/** Marks on a support count as one spill or drawing, however many pieces it has. */
function joinMarks(picture: Picture, regions: readonly Region[]): readonly Region[] {
  const flat = regions.filter((region) => {
    const shape = measureShape(picture, region.pixels);
    return shape !== undefined && shapeScore('spill', shape) > 0.4;
  });
  if (flat.length === 0) return [];
  return [describe(picture, Uint32Array.from(flat.flatMap(({ pixels }) => [...pixels])).sort())];
}

function answer(picture: Picture, noun: Noun, candidates: readonly Candidate[]): Segmentation {
  if (candidates.length === 0) return nothingLike(picture, noun);
  const close = candidates.filter(({ score }) => score >= CLEAR * candidates[0].score);
  const chosen = noun.choice === undefined ? close : [choose(close, noun)];
  if (chosen.length > 1) {
    return {
      kind: 'unsure',
      masks: chosen.map((candidate) => maskOfCandidate(picture, candidate)),
      message: `${chosen.length} things could be "${sayNoun(noun)}"`,
      hint: 'Add a colour, a shape, or one of left, right, nearest, farthest, largest, smallest; or choose among the masks.',
    };
  }
  const rest = candidates.filter((candidate) => candidate !== chosen[0] && !close.includes(candidate));
  return {
    kind: 'found',
    masks: [chosen[0], ...rest].map((candidate) => maskOfCandidate(picture, candidate)),
  };
}

function choose(candidates: readonly Candidate[], noun: Noun): Candidate {
  const rank = ({ shape }: Candidate): number => {
    const { x, y } = shape.footprint;
    switch (noun.choice) {
      case 'left':
        return -y;
      case 'right':
        return y;
      case 'nearest':
        return x * x + y * y;
      case 'farthest':
        return -(x * x + y * y);
      case 'largest':
        return -shape.lengthM * shape.widthM * shape.heightM;
      case 'smallest':
        return shape.lengthM * shape.widthM * shape.heightM;
      case 'highest':
        return -shape.supportM - shape.heightM;
      default:
        return shape.supportM + shape.heightM;
    }
  };
  return candidates.reduce((best, candidate) => (rank(candidate) < rank(best) ? candidate : best));
}

function answerPart(picture: Picture, phrase: Phrase, whole: Noun): Segmentation {
  const found = answer(picture, whole, candidatesFor(picture, { ...whole, choice: whole.choice ?? phrase.choice }));
  if (found.kind !== 'found' || phrase.part === undefined) return found;
  const [{ pixels }] = found.masks;
  const region = describe(picture, pixels);
  const shape = measureShape(picture, pixels);
  // A part of another colour than its thing is a region of its own, close to it.
  if (shape !== undefined && phrase.part !== 'hole' && phrase.part !== 'rim') {
    const reach = shape.lengthM / 2 + 0.08;
    const near = candidatesFor(picture, { ...phrase, choice: undefined }).filter((candidate) => {
      const dx = candidate.shape.footprint.x - shape.footprint.x;
      const dy = candidate.shape.footprint.y - shape.footprint.y;
      return candidate.region.pixels[0] !== pixels[0] && dx * dx + dy * dy < reach * reach;
    });
    if (near.length > 0 && (phrase.colour !== undefined || shape.opening < 0.08 || shape.heightM > 0.05)) {
      return answer(picture, phrase, near);
    }
  }
  const part = shape === undefined ? new Uint32Array(0) : findPart(picture, region, shape, phrase.part);
  if (part.length < 6 && shape !== undefined && phrase.part === 'handle') {
    const stub = stubOf(picture, region, shape);
    if (stub !== undefined) return { kind: 'found', masks: [maskOf(picture, stub, found.masks[0].score, phrase.part)] };
  }
  if (part.length < 6) {
    return {
      kind: 'nothing',
      message: `the ${sayNoun(whole)} was found, but no ${phrase.part} of it can be seen`,
      hint: 'Look from another place, or ask for the whole thing.',
    };
  }
  return { kind: 'found', masks: [maskOf(picture, describe(picture, part), found.masks[0].score, phrase.part)] };
}

/** The handle of another colour that sticks out of a thing, if there is one. */
function stubOf(picture: Picture, { pixels }: Region, { footprint, lengthM }: ShapeFeatures): Region | undefined {
  return candidatesFor(picture, { shape: 'handle', said: 'handle', colour: undefined, shade: 'any', choice: undefined })
    .filter(({ region, shape }) => {
      const dx = shape.footprint.x - footprint.x;
      const dy = shape.footprint.y - footprint.y;
      return (
        region.pixels[0] !== pixels[0] &&
        Math.sqrt(dx * dx + dy * dy) < lengthM &&
        stubScore(picture, region, shape) > 0
      );
    })
    .map(({ region }) => region)[0];
}

function nothingLike(picture: Picture, noun: Noun): Segmentation {
  const others = candidatesFor(picture, {
    shape: 'object',
    said: 'object',
    colour: undefined,
    shade: 'any',
    choice: undefined,
  })
    .slice(0, 8)
    .map(({ region, shape }) => `${nameColour(colourOf(picture, region))} ${nameShape(shape)}`)
    .concat(drawnForms(noun.shape, noun.said) === undefined ? [] : findDrawings(picture).map(sayDrawing));
  return {
    kind: 'nothing',
    message: `nothing in the picture looks like "${sayNoun(noun)}"`,
    hint:
      others.length === 0
        ? 'No thing can be told from its surroundings: look from another place, or with more light.'
        : `What can be seen: ${[...new Set(others)].join(', ')}.`,
  };
}

function labelNear(picture: Picture, labels: Int32Array, u: number, v: number): number | undefined {
  const { width, height } = picture;
  if (labels[v * width + u] >= 0) return labels[v * width + u];
  if (labels[v * width + u] === BACKGROUND) return undefined;
  for (let ring = 1; ring <= NEARBY; ring++) {
    for (let dv = -ring; dv <= ring; dv++) {
      for (let du = -ring; du <= ring; du++) {
        const [nu, nv] = [u + du, v + dv];
        if (nu < 0 || nv < 0 || nu >= width || nv >= height) continue;
        const label = labels[nv * width + nu];
        if (label >= 0) return label;
      }
    }
  }
  return undefined;
}

function maskOfCandidate(picture: Picture, { region, score, drawing }: Candidate): Mask {
  const mask = maskOf(picture, region, score);
  if (drawing === undefined) return mask;
  return { ...mask, label: sayDrawing(drawing) };
}

function sayDrawing({ colour, form }: Drawing): string {
  return `${nameColour(colour)} ${form === 'other' ? 'drawing' : form}`;
}

function maskOf(picture: Picture, region: Region, score: number, part?: string): Mask {
  const shape = part === undefined ? measureShape(picture, region.pixels) : undefined;
  const name = part ?? (shape === undefined ? 'object' : nameShape(shape));
  return {
    label: `${nameColour(colourOf(picture, region))} ${name}`,
    score: Math.min(1, score),
    box: boxOf(region.pixels, picture.width),
    pixels: region.pixels,
  };
}
