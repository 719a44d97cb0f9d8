// Owns the questions to SAM 3 (masks from phrases and points) and SAM 2 (masks from boxes and points).
// Must never decide which mask is meant.

import { z } from 'zod';
import type { Observation } from '../../../drivers/cameras/camera-port.ts';
import { fromBase64 } from '../base64.ts';
import { type Mask, PerceptionError } from '../detector.ts';
import { askServer, type Patience } from '../server-client.ts';
import { bestFirst, maskFromBytes, maskFromText, pngOf } from './masks.ts';

const shape2 = z.tuple([z.int().positive(), z.int().positive()]);

const sam3Answer = z.object({
  results: z.array(
    z.object({
      mask_base64: z.string(),
      shape: shape2,
      box: z.array(z.number()).length(4),
      score: z.number(),
      label: z.string(),
    }),
  ),
});

const sam2Answer = z.object({
  masks: z.array(z.object({ mask_base64: z.string(), shape: shape2, score: z.number() })),
});

const pointAnswer = z.object({
  scores: z.array(z.number()),
  masks_base64: z.string(),
  masks_shape: z.tuple([z.int().min(0), z.int().positive(), z.int().positive()]),
  masks_dtype: z.enum(['uint8', 'bool', 'float32']),
});

/** All masks SAM 3 has for a phrase, best first. */
export async function askSam3ForText(
  baseUrl: string,
  observation: Observation,
  text: string,
  patience: Patience,
  signal?: AbortSignal,
): Promise<readonly Mask[]> {
  const { results } = await askServer(
    {
      server: 'SAM 3',
      baseUrl,
      path: '/segment',
      body: { image_base64: pngOf(observation), text_prompt: text },
      answer: sam3Answer,
    },
    patience,
    signal,
  );
  return bestFirst(
    results.map(({ mask_base64, shape, score, label }) =>
      maskFromText(observation, 'SAM 3', mask_base64, shape, label === '' ? text : label, score),
    ),
  );
}

/** Masks SAM 2 has inside a box, best first. */
export async function askSam2ForBox(
  baseUrl: string,
  observation: Observation,
  box: readonly [number, number, number, number],
  label: string,
  patience: Patience,
  signal?: AbortSignal,
): Promise<readonly Mask[]> {
  const { masks } = await askServer(
    {
      server: 'SAM 2',
      baseUrl,
      path: '/segment',
      body: { image_base64: pngOf(observation), box, max_masks: 1 },
      answer: sam2Answer,
    },
    patience,
    signal,
  );
  return bestFirst(
    masks.map(({ mask_base64, shape, score }) => maskFromText(observation, 'SAM 2', mask_base64, shape, label, score)),
  );
}

/** Masks of what is at a pixel, best first; SAM 2 and SAM 3 take the same question. */
export async function askSamForPoint(
  server: 'SAM 2' | 'SAM 3',
  baseUrl: string,
  observation: Observation,
  u: number,
  v: number,
  patience: Patience,
  signal?: AbortSignal,
): Promise<readonly Mask[]> {
  const answer = await askServer(
    {
      server,
      baseUrl,
      path: '/segment_point',
      body: { image_base64: pngOf(observation), point_coords: [u, v] },
      answer: pointAnswer,
    },
    patience,
    signal,
  );
  const [count, height, width] = answer.masks_shape;
  const raw = fromBase64(answer.masks_base64);
  const itemBytes = answer.masks_dtype === 'float32' ? 4 : 1;
  const size = height * width;
  if (answer.scores.length !== count || raw.length !== count * size * itemBytes) {
    throw new PerceptionError(
      'SERVER_ANSWER',
      `${server} sent ${answer.scores.length} scores and ${raw.length} bytes for ${count} masks of ${height} x ${width}`,
      'Check that the server has the version this client was written for.',
    );
  }
  const bytes = itemBytes === 1 ? raw : positive(raw);
  return bestFirst(
    answer.scores.map((score, i) =>
      maskFromBytes(observation, server, bytes.subarray(i * size, (i + 1) * size), [height, width], 'thing', score),
    ),
  );
}

/** 1 where a little-endian float is above 0: masks that were sent as scores. */
function positive(raw: Uint8Array): Uint8Array {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Uint8Array.from({ length: raw.length / 4 }, (_, i) => (view.getFloat32(i * 4, true) > 0 ? 1 : 0));
}
