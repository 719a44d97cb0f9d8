// Owns the choice of functions for a task: tier, arms, tool and domain in, the API of its programs out.
// Must never hold a definition of its own.

import type { Task } from '../../sim/tasks/task-schema.ts';
import { ASK_FUNCTIONS } from './ask-functions.ts';
import { API_VERSION, type Domain, type PolicyApi, type Tier, type Tool } from './definition.ts';
import { DOMAIN_FUNCTIONS } from './domains.ts';
import { highLevelFunctions } from './functions.ts';
import { lowLevelFunctions } from './low-level-functions.ts';
import { type Arms, armOptionType, COMMON_TYPES, type NamedType } from './named-types.ts';
import { LOW_LEVEL_TYPES } from './perception-types.ts';

/** What decides which functions a program has. */
export interface ApiChoice {
  readonly tier: Tier;
  readonly arms: Arms;
  /** 'hand' unless given. */
  readonly tool?: Tool;
  /** 'arm' unless given. */
  readonly domain?: Domain;
  /** Whether the session has a model that programs may ask; false unless given. */
  readonly asks?: boolean;
}

/** The choice a task makes. @param asks whether the session has a model that programs may ask */
export function apiChoice(task: Pick<Task, 'robot' | 'api'>, tier: Tier, asks = false): ApiChoice {
  return { tier, arms: task.robot.arms, tool: task.robot.tool, domain: task.api, asks };
}

/** The functions a program may call. */
export function apiFor({ tier, arms, tool = 'hand', domain = 'arm', asks = false }: ApiChoice): PolicyApi {
  const questions = asks ? ASK_FUNCTIONS : [];
  const functions = [...highLevelFunctions(arms), ...lowLevelFunctions(arms), ...DOMAIN_FUNCTIONS, ...questions]
    .filter(
      (f) =>
        f.tiers.includes(tier) &&
        (f.arms ?? 1) <= arms &&
        (tool === 'hand' || f.fingers !== true) &&
        (f.domain === undefined || f.domain === domain),
    )
    .map((f) => ({ ...f, errors: f.errors.filter((error) => error.tiers?.includes(tier) ?? true) }));
  const special = [tool === 'hand' ? '' : `/${tool}`, domain === 'arm' ? '' : `/${domain}`, asks ? '/asks' : ''].join(
    '',
  );
  return { version: `${API_VERSION}/${tier}/${arms}-arm${special}`, tier, arms, tool, domain, asks, functions };
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
