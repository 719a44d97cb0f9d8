// Owns the detector behind model servers: which server answers which question, and when the answer is "nothing" or
// "unsure". Must never turn a server that is down into "nothing found".

import type { Observation } from '../../drivers/cameras/camera-port.ts';
import { type Detector, type Mask, PerceptionError, type Pointing, type Segmentation } from './detector.ts';
import { innermostPixel } from './innermost-pixel.ts';
import { type ServerSettings, serverSettingsSchema } from './server-settings.ts';
import { askMolmo } from './servers/molmo.ts';
import { askOwlVit } from './servers/owl-vit.ts';
import { askSam2ForBox, askSam3ForText, askSamForPoint } from './servers/sam.ts';

/** Scores of two things closer than this are no difference. */
const CLEAR = 0.05;
/** Masks that share more than this of their pixels show one thing. */
const SAME_THING = 0.5;

/** Asks SAM 3, or OWL-ViT with SAM 2, for masks; Molmo, where there is one, for points. */
export class ServerDetector implements Detector {
  readonly name = 'servers';
  readonly settings: ServerSettings;

  /** @throws ZodError for settings that are not as documented */
  constructor(settings: unknown) {
    this.settings = serverSettingsSchema.parse(settings);
  }

  async segmentText(observation: Observation, text: string, signal?: AbortSignal): Promise<Segmentation> {
    requireText(text);
    const { sam3, sam2, owlVit, leastScore } = this.settings;
    if (sam3 !== undefined) {
      const masks = await askSam3ForText(sam3, observation, text, this.settings, signal);
      return this.#judge(masks, text);
    }
    if (owlVit !== undefined && sam2 !== undefined) {
      const boxes = (await askOwlVit(owlVit, observation, text, this.settings, signal)).filter(
        ({ score }) => score >= leastScore,
      );
      const masks: Mask[] = [];
      for (const { box, label, score } of boxes.slice(0, MOST_BOXES)) {
        const [best] = await askSam2ForBox(sam2, observation, box, label, this.settings, signal);
        // How sure the detector is counts, not how sharp the mask is.
        if (best !== undefined) masks.push({ ...best, score });
      }
      return this.#judge(masks, text);
    }
    throw noServer('masks from phrases', 'sam3, or both owlVit and sam2');
  }

  async segmentPoint(observation: Observation, u: number, v: number, signal?: AbortSignal): Promise<Segmentation> {
    if (!(u >= 0 && v >= 0 && u < observation.width && v < observation.height)) {
      throw new PerceptionError(
        'BAD_QUERY',
        `the pixel (${u}, ${v}) lies outside the picture of ${observation.width} x ${observation.height} pixels`,
        `Give u from 0 to ${observation.width - 1} and v from 0 to ${observation.height - 1}.`,
      );
    }
    const { sam3, sam2 } = this.settings;
    const masks =
      sam3 !== undefined
        ? await askSamForPoint('SAM 3', sam3, observation, u, v, this.settings, signal)
        : sam2 !== undefined
          ? await askSamForPoint('SAM 2', sam2, observation, u, v, this.settings, signal)
          : undefined;
    if (masks === undefined) throw noServer('masks from points', 'sam3 or sam2');
    if (masks.length > 0) return { kind: 'found', masks };
    return {
      kind: 'nothing',
      message: `no thing was found at pixel (${u}, ${v})`,
      hint: 'Point at the middle of a thing.',
    };
  }

  async pointAt(observation: Observation, text: string, signal?: AbortSignal): Promise<Pointing> {
    requireText(text);
    const { molmo } = this.settings;
    if (molmo !== undefined) {
      const points = await askMolmo(molmo, observation, text, this.settings, signal);
      if (points.length === 1) return { kind: 'found', ...points[0], score: 1 };
      if (points.length === 0) return { kind: 'nothing', ...nothingLike(text) };
      return { kind: 'unsure', ...severalLike(points.length, text) };
    }
    const found = await this.segmentText(observation, text, signal);
    if (found.kind !== 'found') return { kind: found.kind, message: found.message, hint: found.hint };
    const [{ pixels, box, score }] = found.masks;
    return { kind: 'found', ...innermostPixel(pixels, box, observation.width), score };
  }

  #judge(masks: readonly Mask[], text: string): Segmentation {
    const shown = masks.filter(({ score }) => score >= this.settings.leastScore);
    if (shown.length === 0) return { kind: 'nothing', ...nothingLike(text) };
    const rivals = shown.filter(
      (mask, i) => i === 0 || (mask.score > shown[0].score - CLEAR && overlap(mask, shown[0]) < SAME_THING),
    );
    if (rivals.length > 1) return { kind: 'unsure', masks: rivals, ...severalLike(rivals.length, text) };
    return { kind: 'found', masks: shown };
  }
}

/** Each box costs one more question. */
const MOST_BOXES = 5;

function nothingLike(text: string): { readonly message: string; readonly hint: string } {
  return {
    message: `nothing in the picture was taken for "${text}"`,
    hint: 'Say it in other words, or look from another place.',
  };
}

function severalLike(count: number, text: string): { readonly message: string; readonly hint: string } {
  return {
    message: `${count} things could be "${text}"`,
    hint: 'Say what tells the one you mean from the others; or choose among the masks.',
  };
}

function requireText(text: string): void {
  if (text.trim() !== '') return;
  throw new PerceptionError('BAD_QUERY', 'the phrase is empty', 'Name one thing in a few words, as "red cube".');
}

function noServer(what: string, keys: string): PerceptionError {
  return new PerceptionError(
    'NO_SERVER',
    `no server is configured for ${what}`,
    `Name the URL of ${keys} in the settings, or use the pixel detector.`,
  );
}

/** Shared pixels over all pixels of both; both lists ascend. */
function overlap(a: Mask, b: Mask): number {
  let [i, j, shared] = [0, 0, 0];
  while (i < a.pixels.length && j < b.pixels.length) {
    if (a.pixels[i] === b.pixels[j]) {
      shared++;
      i++;
      j++;
    } else if (a.pixels[i] < b.pixels[j]) i++;
    else j++;
  }
  return shared / (a.pixels.length + b.pixels.length - shared);
}
