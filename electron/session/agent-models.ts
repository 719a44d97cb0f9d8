// Owns which models a session asks: a provider's, the reference program's, or those that an episode recorded. Must never
// record or show a key.

import type { ModelMessage } from '../../drivers/episode/messages.ts';
import { readEpisode } from '../../drivers/episode/reader.ts';
import type { EpisodeSource } from '../../drivers/episode/source.ts';
import type { Budget } from '../../skills/agent/budget.ts';
import { type MeteredModel, meteredModel } from '../../skills/agent/metered-model.ts';
import { accessFrom, openModel } from '../../skills/agent/open-model.ts';
import { FREE } from '../../skills/agent/prices.ts';
import { expertModel } from '../../skills/agent/providers/expert.ts';
import { recordedModels } from '../../skills/agent/providers/recorded.ts';
import { type VoiceName, VoicesError } from '../../skills/agent/voices.ts';
import { AGENT_FILE, type AgentSettings, agentSettingsSchema } from './agent-settings.ts';
import { NotFoundError } from './installation.ts';

/** Opens models by their names, all charged to one budget. */
export interface ModelSource {
  /** @throws ModelNameError, ModelError or NotFoundError, in words for the user */
  open(name: string, budget: Budget): Promise<MeteredModel>;
}

/** The models of a session, open. */
export interface OpenModels {
  readonly writer: MeteredModel;
  /** Describes pictures; undefined at modes without descriptions. */
  readonly observer: MeteredModel | undefined;
  /** Who writes beside each other; undefined where one model writes. */
  readonly ensemble?: { readonly voices: readonly OpenVoice[]; readonly synthesiser: OpenVoice } | undefined;
}

export interface OpenVoice {
  readonly model: MeteredModel;
  readonly temperature?: number;
}

/**
 * Opens what the settings name, each model once.
 * @returns the settings with the voices as they are: a model that takes no temperature has none
 * @throws VoicesError when the voices of an ensemble are fewer than asked, as the same request is not sent twice; what the
 * source throws
 */
export async function openModels(
  settings: AgentSettings,
  source: ModelSource,
  budget: Budget,
): Promise<{ readonly settings: AgentSettings; readonly models: OpenModels }> {
  const known = new Map<string, MeteredModel>();
  const open = async (name: string) => {
    const model = known.get(name) ?? (await source.open(name, budget));
    known.set(name, model);
    return model;
  };
  const writer = await open(settings.model);
  const observer = settings.visionModel === null ? undefined : await open(settings.visionModel);
  if (settings.ensemble === undefined) return { settings, models: { writer, observer } };
  const openVoice = async ({ model, temperature }: VoiceName): Promise<OpenVoice> => {
    const opened = await open(model);
    return temperature === undefined || opened.takesTemperature === false
      ? { model: opened }
      : { model: opened, temperature };
  };
  const asked = await Promise.all(settings.ensemble.voices.map(openVoice));
  const voices = asked.filter(
    ({ model, temperature }, index) =>
      asked.findIndex((one) => one.model === model && one.temperature === temperature) === index,
  );
  if (voices.length < asked.length) throw tooFew(voices, asked.length);
  const synthesiser = await openVoice(settings.ensemble.synthesis);
  const named = ({ model: { name }, temperature }: OpenVoice) => ({
    model: name,
    ...(temperature === undefined ? {} : { temperature }),
  });
  const ensemble = { voices: voices.map(named), synthesis: named(synthesiser) };
  return { settings: { ...settings, ensemble }, models: { writer, observer, ensemble: { voices, synthesiser } } };
}

function tooFew(voices: readonly OpenVoice[], asked: number): VoicesError {
  const plain = voices.filter(({ model }) => model.takesTemperature === false).map(({ model }) => model.name);
  const found = voices.length === 1 ? '1 voice' : `${voices.length} voices`;
  const verb = plain.length === 1 ? 'takes' : 'take';
  return new VoicesError(
    `an ensemble of ${asked} has ${found} here: ${plain.join(', ')} ${verb} no temperature, and the same request is not sent twice. Name more models with --ensemble-models, or ask for a smaller ensemble`,
  );
}

/** The model that answers with the task's reference program. */
export const EXPERT_MODEL = 'expert';

/**
 * Models of providers and servers, with keys from the environment.
 * @param expertProgram the reference program; called only when the model "expert" is asked for
 */
export function providerModels(
  environment: Readonly<Record<string, string | undefined>>,
  expertProgram: () => string,
): ModelSource {
  const access = accessFrom(environment);
  return {
    open: async (name, budget) =>
      name === EXPERT_MODEL
        ? meteredModel(expertModel(expertProgram()), budget, FREE)
        : await openModel(name, { access, budget }),
  };
}

/** A session with a model as an episode recorded it. */
export interface RecordedAgent {
  readonly task: string;
  readonly seed: number;
  readonly settings: AgentSettings;
  readonly models: ModelSource;
  /** Recorded requests that were not asked again so far. */
  left(): number;
}

/** @throws NotFoundError when the episode holds no session with a model */
export async function recordedAgent(source: EpisodeSource, path: string): Promise<RecordedAgent> {
  const episode = await readEpisode(source);
  const attachment = episode.attachments.find(({ name }) => name === AGENT_FILE);
  const { info } = episode;
  if (attachment === undefined || info === null || info.seed === null) {
    throw new NotFoundError(`${path} holds no session with a model: there are no recorded replies in it`);
  }
  const settings = agentSettingsSchema.parse(JSON.parse(new TextDecoder().decode(await attachment.read())));
  const messages: ModelMessage[] = [];
  for await (const { message } of episode.messages('/model')) messages.push(message);
  const models = recordedModels(messages);
  return {
    task: info.task,
    seed: info.seed,
    settings,
    // A recorded reply costs nothing again.
    models: { open: async (name, budget) => meteredModel(models.open(name), budget, FREE) },
    left: () => models.left(),
  };
}
