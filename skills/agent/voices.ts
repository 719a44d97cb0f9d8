// Owns who speaks in an ensemble: models at temperatures, each request once. Must never count one request as two voices.

import type { Model } from './model.ts';

/** One voice: a model at a temperature, its provider's default unless given. */
export interface Voice {
  readonly model: Model;
  readonly temperature?: number;
}

/** A voice by the name of its model, as it is asked for and kept. */
export interface VoiceName {
  readonly model: string;
  readonly temperature?: number | undefined;
}

/** The voices that were asked for are not as many different ones. */
export class VoicesError extends Error {
  override readonly name = 'VoicesError';
}

/** Where temperatures are not named they are spread over this range: careful to inventive, as CaP-Agent0 spreads them. */
const USUAL_TEMPERATURES = { low: 0.1, high: 0.9 } as const;

/**
 * So many voices of these models, as different as can be: every model at one temperature before any is at a second one.
 * @param temperatures spread evenly unless given; a model that speaks once then has its provider's default
 * @throws VoicesError when models and temperatures do not make so many
 */
export function voiceNames(count: number, models: readonly string[], temperatures?: readonly number[]): VoiceName[] {
  const names = [...new Set(models)];
  const perModel = Math.ceil(count / Math.max(1, names.length));
  const heard = [...new Set<number | undefined>(temperatures ?? spread(perModel))];
  const all = heard.flatMap((temperature) =>
    names.map((model): VoiceName => ({ model, ...(temperature === undefined ? {} : { temperature }) })),
  );
  if (all.length < count) {
    throw new VoicesError(
      `${names.length} ${names.length === 1 ? 'model' : 'models'} at ${heard.length} temperatures make ${all.length} voices, not ${count}`,
    );
  }
  return all.slice(0, count);
}

function spread(count: number): (number | undefined)[] {
  if (count === 1) return [undefined];
  const { low, high } = USUAL_TEMPERATURES;
  return Array.from({ length: count }, (_, index) => Number((low + ((high - low) * index) / (count - 1)).toFixed(3)));
}

/** Voices that would send the same request are one. */
export function distinctVoices(voices: readonly Voice[]): readonly Voice[] {
  const known = new Map<string, Voice>();
  for (const { model, temperature } of voices) {
    const heard = model.takesTemperature === false ? undefined : temperature;
    const key = `${model.name} ${heard ?? 'default'}`;
    if (!known.has(key)) known.set(key, heard === undefined ? { model } : { model, temperature: heard });
  }
  return [...known.values()];
}

/**
 * Those of the voices that still differ: a server may refuse temperatures when it is first asked. What is left speaks as it
 * did, so that a record of it is asked for the same.
 */
export function stillDistinct(voices: readonly Voice[]): readonly Voice[] {
  const refusing = new Set<string>();
  return voices.filter(({ model }) => {
    if (model.takesTemperature !== false) return true;
    const isFirst = !refusing.has(model.name);
    refusing.add(model.name);
    return isFirst;
  });
}

/** "openai:gpt-5.4 at 0.5". */
export function voiceInWords({ model, temperature }: VoiceName): string {
  return temperature === undefined ? model : `${model} at ${temperature}`;
}
