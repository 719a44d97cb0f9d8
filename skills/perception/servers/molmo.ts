// Owns the question to Molmo, a model that points: an OpenAI-style chat with a picture, and the points in its answer.
// Must never choose among points.

import { z } from 'zod';
import type { Observation } from '../../../drivers/cameras/camera-port.ts';
import { PerceptionError } from '../detector.ts';
import { askServer, type Patience } from '../server-client.ts';
import type { ServerSettings } from '../server-settings.ts';
import { pngOf } from './masks.ts';

const answerSchema = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});

export interface PixelPoint {
  readonly u: number;
  readonly v: number;
}

/** Points for a phrase, in the order of the answer; none when the model says that there are none. */
export async function askMolmo(
  { url, model, apiKey }: NonNullable<ServerSettings['molmo']>,
  observation: Observation,
  text: string,
  patience: Patience,
  signal?: AbortSignal,
): Promise<readonly PixelPoint[]> {
  const { choices } = await askServer(
    {
      server: 'Molmo',
      baseUrl: url,
      path: '/chat/completions',
      ...(apiKey === undefined ? {} : { headers: { authorization: `Bearer ${apiKey}` } }),
      body: {
        model,
        temperature: 0,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image_url', image_url: { url: `data:image/png;base64,${pngOf(observation)}` } },
              { type: 'text', text: `Point at ${text}` },
            ],
          },
        ],
      },
      answer: answerSchema,
    },
    patience,
    signal,
  );
  return readPoints(choices[0].message.content, observation.width, observation.height);
}

const NUMBER = String.raw`-?\d+(?:\.\d+)?`;

/**
 * Points in Molmo's words: `<points coords="1 1 523 310; ...">` in thousandths of the picture, `<point x="52.3" y="31">`
 * and `<points x1=... y1=...>` or a bare "52.3, 31.0" in hundredths.
 * @throws PerceptionError SERVER_ANSWER for a point outside the picture
 */
export function readPoints(content: string, width: number, height: number): readonly PixelPoint[] {
  const points: { readonly x: number; readonly y: number }[] = [];
  const coords = /<points?\b[^>]*\bcoords="([^"]*)"/.exec(content)?.[1];
  if (coords !== undefined) {
    for (const group of coords.split(/[;\t]/)) {
      // A picture number and a point number may stand before the two that count.
      const numbers = group.match(new RegExp(NUMBER, 'g'))?.map(Number) ?? [];
      if (numbers.length >= 2)
        points.push({ x: numbers[numbers.length - 2] / 1000, y: numbers[numbers.length - 1] / 1000 });
    }
  } else {
    const tagged = new RegExp(`\\bx(\\d*)="(${NUMBER})"\\s+y\\1="(${NUMBER})"`, 'g');
    for (const [, , x, y] of content.matchAll(tagged)) points.push({ x: Number(x) / 100, y: Number(y) / 100 });
    const bare = new RegExp(`^\\s*\\(?\\s*(${NUMBER})\\s*,\\s*(${NUMBER})\\s*\\)?\\s*\\.?\\s*$`).exec(content);
    if (points.length === 0 && bare !== null) points.push({ x: Number(bare[1]) / 100, y: Number(bare[2]) / 100 });
  }
  return points.map(({ x, y }) => {
    if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) {
      throw new PerceptionError(
        'SERVER_ANSWER',
        `Molmo pointed outside the picture: ${content.slice(0, 120)}`,
        'Check that the server runs a model that points in thousandths or hundredths of the picture.',
      );
    }
    return { u: Math.min(width - 1, Math.round(x * width)), v: Math.min(height - 1, Math.round(y * height)) };
  });
}
