// Owns the choice of functions for a task: tier and number of arms in, the API of its programs out.
// Must never hold a definition of its own.

import { API_VERSION, type PolicyApi, type Tier } from './definition.ts';
import { highLevelFunctions } from './functions.ts';
import type { Arms } from './named-types.ts';

/**
 * The functions a program may call.
 * @throws RangeError for a tier that has no functions
 */
export function apiFor(choice: { readonly tier: Tier; readonly arms: Arms }): PolicyApi {
  const { tier, arms } = choice;
  const functions = highLevelFunctions(arms).filter((f) => f.tiers.includes(tier) && (f.arms ?? 1) <= arms);
  if (functions.length === 0) throw new RangeError(`there is no API for tier ${tier}; the tiers are S1 and S2`);
  return { version: `${API_VERSION}/${tier}/${arms}-arm`, tier, arms, functions };
}

/** What the sandbox needs to know of the API: names, and parameter names for its messages. */
export function guestFunctions(api: PolicyApi): { name: string; parameters: string[] }[] {
  return api.functions.map((f) => ({ name: f.name, parameters: f.parameters.map((p) => p.name) }));
}
