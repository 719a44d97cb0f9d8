// Owns the choice of functions for a task: tier, number of arms and tool in, the API of its programs out.
// Must never hold a definition of its own.

import { API_VERSION, type PolicyApi, type Tier, type Tool } from './definition.ts';
import { highLevelFunctions } from './functions.ts';
import { lowLevelFunctions } from './low-level-functions.ts';
import { type Arms, armOptionType, COMMON_TYPES, type NamedType } from './named-types.ts';
import { LOW_LEVEL_TYPES } from './perception-types.ts';

/** The functions a program may call. */
export function apiFor(choice: { readonly tier: Tier; readonly arms: Arms; readonly tool?: Tool }): PolicyApi {
  const { tier, arms, tool = 'hand' } = choice;
  const functions = [...highLevelFunctions(arms), ...lowLevelFunctions(arms)]
    .filter((f) => f.tiers.includes(tier) && (f.arms ?? 1) <= arms && (tool === 'hand' || f.fingers !== true))
    .map((f) => ({ ...f, errors: f.errors.filter((error) => error.tiers?.includes(tier) ?? true) }));
  const version = `${API_VERSION}/${tier}/${arms}-arm${tool === 'hand' ? '' : `/${tool}`}`;
  return { version, tier, arms, tool, functions };
}

/** What the sandbox needs to know of the API: names, and parameter names for its messages. */
export function guestFunctions(api: PolicyApi): { name: string; parameters: string[] }[] {
  return api.functions.map((f) => ({ name: f.name, parameters: f.parameters.map((p) => p.name) }));
}

/** The types of an API by name, in the order in which they are documented. */
export function namedTypes({ tier, arms }: Pick<PolicyApi, 'tier' | 'arms'>): readonly NamedType[] {
  const lowLevel = tier === 'S3' || tier === 'S4';
  return [...COMMON_TYPES, armOptionType(arms), ...(lowLevel ? LOW_LEVEL_TYPES : [])];
}
