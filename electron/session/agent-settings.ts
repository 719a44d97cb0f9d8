// Owns what a session with a model was asked to do, as it is kept with the episode: enough to ask the same again. Must never
// hold a key or an address with one.

import { z } from 'zod';
import { AGENT_TIERS } from '../../skills/agent/modes.ts';
import { voiceNames } from '../../skills/agent/voices.ts';

/** Name of the attachment in an episode. */
export const AGENT_FILE = 'agent.json';

const caps = z.object({
  costUsd: z.number().nonnegative().optional(),
  calls: z.number().nonnegative().optional(),
  tokens: z.number().nonnegative().optional(),
  wallS: z.number().nonnegative().optional(),
});

const voice = z.object({
  /** By its full name. */
  model: z.string(),
  /** The provider's default unless given. */
  temperature: z.number().min(0).max(2).optional(),
});

export const agentSettingsSchema = z.object({
  /** One word for functions and feedback. */
  mode: z.enum(AGENT_TIERS),
  /** Who writes the programs, by its full name. */
  model: z.string(),
  /** Who describes pictures; null at modes without descriptions. */
  visionModel: z.string().nullable(),
  turns: z.int().positive(),
  /** 'withheld' shows neither scene nor pictures. */
  scene: z.enum(['shown', 'withheld']),
  /** The notes of the rig, as the model saw them; null without any. */
  notes: z.string().nullable(),
  /** Who writes programs beside each other, to be chosen by what they do in the twin; absent where one model writes. */
  ensemble: z
    .object({
      voices: z.array(voice).min(2),
      /** Who writes one more from theirs. */
      synthesis: voice,
    })
    .optional(),
  caps,
});
export type EnsembleSettings = NonNullable<AgentSettings['ensemble']>;
export type AgentSettings = Readonly<z.infer<typeof agentSettingsSchema>>;

/** Most voices of an ensemble: each is a request and a run in the twin. */
export const MOST_VOICES = 32;
/** The synthesis joins what is there: little room for invention, as CaP-Agent0 has it. */
const SYNTHESIS_TEMPERATURE = 0.2;

/**
 * As many voices as asked, over these models, and who joins what they wrote.
 * @param temperatures spread over their usual range unless given
 * @throws VoicesError when models and temperatures do not make so many
 */
export function usualEnsemble(
  count: number,
  model: string,
  models: readonly string[] = [model],
  temperatures?: readonly number[],
): EnsembleSettings {
  return { voices: voiceNames(count, models, temperatures), synthesis: { model, temperature: SYNTHESIS_TEMPERATURE } };
}

/** What every report about an ensemble says. */
export const ENSEMBLE_NOTE =
  'programs of an ensemble were chosen by what they did in a twin built from what was perceived, never in a copy of the world';

/** Who writes the programs, as rows and records name it. */
export function writerName({ model, ensemble }: Pick<AgentSettings, 'model' | 'ensemble'>): string {
  return ensemble === undefined ? model : `${model}, ensemble of ${ensemble.voices.length}`;
}
