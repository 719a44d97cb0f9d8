// Owns the question to OWL-ViT: boxes from phrases. Must never make masks.

import { z } from 'zod';
import type { Observation } from '../../../drivers/cameras/camera-port.ts';
import { askServer, type Patience } from '../server-client.ts';
import { pngOf } from './masks.ts';

export interface Detection {
  readonly label: string;
  readonly score: number;
  /** Pixels, [u0, v0, u1, v1]. */
  readonly box: readonly [number, number, number, number];
}

const answerSchema = z.object({
  detections: z.array(
    z.object({
      label: z.string(),
      score: z.number(),
      box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
    }),
  ),
});

/** The server is asked for everything above this; what is shown is chosen by the caller. */
const SERVER_THRESHOLD = 0.05;

/** Boxes for a phrase, best first. */
export async function askOwlVit(
  baseUrl: string,
  observation: Observation,
  text: string,
  patience: Patience,
  signal?: AbortSignal,
): Promise<readonly Detection[]> {
  const { detections } = await askServer(
    {
      server: 'OWL-ViT',
      baseUrl,
      path: '/detect',
      body: { image_base64: pngOf(observation), texts: [[text]], threshold: SERVER_THRESHOLD },
      answer: answerSchema,
    },
    patience,
    signal,
  );
  return [...detections].sort((a, b) => b.score - a.score || a.box[0] - b.box[0] || a.box[1] - b.box[1]);
}
