// Owns what models cost, and the arithmetic of a reply's cost. The one place to change when a vendor changes a price.
// A model that is not here has no known price; it is never guessed. Must never hold a price without its source.

import type { TokenUsage } from './model.ts';
import { isLoopback, parseModelName } from './model-name.ts';

/** US dollars for a million tokens. */
export interface Rates {
  readonly input: number;
  readonly cachedInput: number;
  /** Input that is written to the cache. */
  readonly cacheWrite: number;
  readonly output: number;
}

export interface Price extends Rates {
  /** Requests with more input than this cost other rates, all of their tokens. */
  readonly long?: Rates & { readonly aboveInputTokens: number };
}

/** When the tables were last compared with their sources. */
export const PRICES_READ_ON = '2026-11-21';

/**
 * Standard service, no batch, no regional surcharge.
 * Anthropic: "Pricing", platform.claude.com/docs/en/about-claude/pricing (5-minute cache writes); for the 5.5 models by
 * way of the table of the crate synaps 0.10.2, which names that page and 2026-10-10.
 * OpenAI: "Pricing", developers.openai.com/api/docs/pricing, by way of the table of GitHub's documentation
 * (github/docs, data/tables/copilot/models-and-pricing.yml), and for GPT-4.1, GPT-5, GPT-5.1 and GPT-5.2 of older
 * readings of the same page.
 */
const PRICES: readonly { readonly models: RegExp; readonly price: Price }[] = [
  { models: /^anthropic:claude-(fable|mythos)-5-1$/, price: rates(10, 0.25, 12.5, 50) },
  { models: /^anthropic:claude-(fable|mythos)-5$/, price: rates(10, 1, 12.5, 50) },
  { models: /^anthropic:claude-opus-5-5$/, price: rates(4, 0.2, 5, 20) },
  { models: /^anthropic:claude-opus-(5|4-[5-8])$/, price: rates(5, 0.5, 6.25, 25) },
  { models: /^anthropic:claude-opus-4(-[01])?$/, price: rates(15, 1.5, 18.75, 75) },
  { models: /^anthropic:claude-sonnet-5-5$/, price: rates(2, 0.1, 2.5, 10) },
  { models: /^anthropic:claude-sonnet-5$/, price: rates(2, 0.2, 2.5, 10) },
  { models: /^anthropic:claude-sonnet-4(-[056])?$/, price: rates(3, 0.3, 3.75, 15) },
  {
    models: /^anthropic:claude-haiku-5-5$/,
    price: { ...rates(0.1, 0.01, 0.125, 0.5), long: { aboveInputTokens: 100_000, ...rates(0.5, 0.05, 0.625, 2.5) } },
  },
  { models: /^anthropic:claude-haiku-4-5$/, price: rates(1, 0.1, 1.25, 5) },
  { models: /^openai:gpt-5\.6-sol$/, price: longAbove(272_000, rates(5, 0.5, 6.25, 30)) },
  { models: /^openai:gpt-5\.6-terra$/, price: longAbove(272_000, rates(2, 0.2, 2.5, 12)) },
  { models: /^openai:gpt-5\.6-luna$/, price: longAbove(200_000, rates(0.2, 0.02, 0.25, 1.2)) },
  { models: /^openai:gpt-5\.5$/, price: longAbove(272_000, rates(5, 0.5, 5, 30)) },
  { models: /^openai:gpt-5\.4$/, price: longAbove(272_000, rates(2.5, 0.25, 2.5, 15)) },
  { models: /^openai:gpt-5\.4-mini$/, price: rates(0.75, 0.075, 0.75, 4.5) },
  { models: /^openai:gpt-5\.4-nano$/, price: rates(0.2, 0.02, 0.2, 1.25) },
  { models: /^openai:gpt-5\.2$/, price: rates(1.75, 0.175, 1.75, 14) },
  { models: /^openai:gpt-5(\.1)?$/, price: rates(1.25, 0.125, 1.25, 10) },
  { models: /^openai:gpt-5-mini$/, price: rates(0.25, 0.025, 0.25, 2) },
  { models: /^openai:gpt-4\.1$/, price: rates(2, 0.5, 2, 8) },
];

/** Models that are part of Capstan cost nothing. */
const OWN_MODELS = new Set(['expert', 'scripted', 'recorded']);

export const FREE: Price = rates(0, 0, 0, 0);

function rates(input: number, cachedInput: number, cacheWrite: number, output: number): Rates {
  return { input, cachedInput, cacheWrite, output };
}

/** OpenAI's long requests: input at twice the rate, output at one and a half times. */
function longAbove(aboveInputTokens: number, short: Rates): Price {
  const { input, cachedInput, cacheWrite, output } = short;
  return {
    ...short,
    long: { aboveInputTokens, ...rates(2 * input, 2 * cachedInput, 2 * cacheWrite, 1.5 * output) },
  };
}

/**
 * The price of a model by its full name, as "anthropic:claude-opus-5"; null when it is not known. A dated version costs
 * what its plain name costs. A server on this machine costs nothing.
 */
export function priceOf(name: string): Price | null {
  if (OWN_MODELS.has(name)) return FREE;
  if (/^https?:/i.test(name)) {
    const parsed = parseModelName(name);
    return parsed.provider === 'server' && isLoopback(parsed.baseUrl) ? FREE : null;
  }
  const undated = name.replace(/-(\d{8}|\d{4}-\d{2}-\d{2})$/, '');
  return PRICES.find(({ models }) => models.test(undated))?.price ?? null;
}

/** US dollars. */
export function costUsd(price: Price, usage: TokenUsage): number {
  const { long } = price;
  const { input, cachedInput, cacheWrite, output } =
    long !== undefined && usage.inputTokens > long.aboveInputTokens ? long : price;
  const { inputTokens, cachedInputTokens, cacheWriteTokens = 0, outputTokens } = usage;
  const freshTokens = Math.max(0, inputTokens - cachedInputTokens - cacheWriteTokens);
  return (
    (freshTokens * input + cachedInputTokens * cachedInput + cacheWriteTokens * cacheWrite + outputTokens * output) /
    1e6
  );
}

/** The most that these tokens can cost: all input may have to be written to a cache. */
export function worstCostUsd(price: Price, inputTokens: number, outputTokens: number): number {
  return costUsd(price, { inputTokens, cachedInputTokens: 0, cacheWriteTokens: inputTokens, outputTokens });
}
