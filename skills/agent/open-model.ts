// Owns turning a model's name into a model that can be asked: metered, with tries again, its SDK loaded only now. Must
// never read the environment itself, or show a key.

import { type Budget, unpriced } from './budget.ts';
import { type MeteredModel, meteredModel } from './metered-model.ts';
import { type Model, ModelError, NO_USAGE } from './model.ts';
import { type ModelName, parseModelName } from './model-name.ts';
import { type Price, priceOf } from './prices.ts';
import type { Service } from './providers/server-failure.ts';
import type { StreamLimits } from './providers/stream-limits.ts';
import { RETRY_POLICY, type RetryPolicy, retryingModel } from './retrying-model.ts';

/** What may be needed to reach a model. Never recorded. */
export interface ModelAccess {
  readonly anthropicKey?: string;
  readonly openaiKey?: string;
  /** For servers named by their address; many need none. */
  readonly serverKey?: string;
  /** Instead of the vendor's own address, as for a proxy. */
  readonly anthropicUrl?: string;
  readonly openaiUrl?: string;
}

/** The access that the environment gives, by the vendors' own names of variables. */
export function accessFrom(environment: Readonly<Record<string, string | undefined>>): ModelAccess {
  // An empty variable is an unset one.
  const read = (name: string) => environment[name]?.trim() || undefined;
  return {
    anthropicKey: read('ANTHROPIC_API_KEY'),
    openaiKey: read('OPENAI_API_KEY'),
    serverKey: read('CAPSTAN_MODEL_KEY'),
    anthropicUrl: read('ANTHROPIC_BASE_URL'),
    openaiUrl: read('OPENAI_BASE_URL'),
  };
}

export interface OpenModelOptions {
  readonly access: ModelAccess;
  /** Every attempt is charged here before it is sent. */
  readonly budget: Budget;
  /** Instead of the price in the table; null when it is not known. */
  readonly price?: Price | null;
  /** False for a model of text alone behind an address; unless said, it sees. */
  readonly seesImages?: boolean;
  readonly limits?: Partial<StreamLimits>;
  readonly retry?: Partial<RetryPolicy>;
}

/**
 * @param name "anthropic:NAME", "openai:NAME" or "URL#NAME"
 * @throws ModelNameError for a name that means no model
 * @throws ModelError BAD_KEY when a key is missing, OVER_BUDGET when a cap in US dollars meets an unknown price
 */
export async function openModel(name: string, options: OpenModelOptions): Promise<MeteredModel> {
  const parsed = parseModelName(name);
  const price = options.price === undefined ? priceOf(name) : options.price;
  // Better now than when the first program is wanted.
  if (price === null && options.budget.capsCost) throw unpriced();
  const model = await providerOf(name, parsed, options);
  return retryingModel(meteredModel(model, options.budget, price), { ...RETRY_POLICY, ...options.retry });
}

async function providerOf(name: string, parsed: ModelName, options: OpenModelOptions): Promise<Model> {
  const { access, limits, seesImages } = options;
  switch (parsed.provider) {
    case 'anthropic': {
      const service = serviceOf(
        'Anthropic',
        parsed.model,
        'ANTHROPIC_API_KEY',
        keyOf(access.anthropicKey, 'ANTHROPIC_API_KEY', name),
      );
      const { anthropicModel } = await import('./providers/anthropic.ts');
      return anthropicModel({ name, service, baseUrl: access.anthropicUrl ?? 'https://api.anthropic.com', limits });
    }
    case 'openai': {
      const service = serviceOf(
        'OpenAI',
        parsed.model,
        'OPENAI_API_KEY',
        keyOf(access.openaiKey, 'OPENAI_API_KEY', name),
      );
      const { openAiModel } = await import('./providers/openai.ts');
      const baseUrl = access.openaiUrl ?? 'https://api.openai.com/v1';
      return openAiModel({ name, service, baseUrl, flavour: 'openai', seesImages, limits });
    }
    case 'server': {
      const { baseUrl, model } = parsed;
      const service = serviceOf(`the server ${baseUrl}`, model, 'CAPSTAN_MODEL_KEY', access.serverKey ?? null);
      const { openAiModel } = await import('./providers/openai.ts');
      return openAiModel({ name, service, baseUrl, flavour: 'compatible', seesImages, limits });
    }
  }
}

function serviceOf(label: string, model: string, keyVariable: string, key: string | null): Service {
  return { label, model, keyVariable, key };
}

/** @throws ModelError BAD_KEY */
function keyOf(key: string | undefined, variable: string, name: string): string {
  if (key !== undefined) return key;
  throw new ModelError(
    'BAD_KEY',
    `There is no key for ${name}: the environment variable ${variable} is not set.`,
    `Set ${variable}, or name a server of your own, as in http://127.0.0.1:11434/v1#qwen3.`,
    { usage: NO_USAGE },
  );
}
