// What `capstan tasks` promises: a tier is listed where the reference program of the task is written for its functions.

import { describe, expect, test } from 'vitest';
import {
  hasGenericExpert,
  hasOwnExpert,
  openTask,
  readExpert,
  taskNames,
} from '../../electron/session/installation.ts';
import type { Tier } from '../../skills/api/definition.ts';
import { hasFunctionsAt } from '../../skills/api/domains.ts';
import { apiChoice, apiFor } from '../../skills/api/policy-api.ts';
import { createChecker, type PolicyChecker } from '../../skills/check/checker.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';

const TIERS: readonly Tier[] = ['S1', 'S2', 'S3', 'S4'];

/** Every program that is promised, once for the functions it may call. */
function promisedPrograms() {
  const promised = new Map<string, { label: string; source: string; choice: ReturnType<typeof apiChoice> }>();
  for (const name of taskNames()) {
    const { task } = openTask(name).taskFor(0);
    for (const tier of TIERS.filter((one) => hasOwnExpert(name, one))) {
      const { source } = readExpert(name, tier);
      const choice = apiChoice(task, tier);
      promised.set(`${apiFor(choice).version} ${source}`, { label: `${name} at ${tier}`, source, choice });
    }
  }
  return [...promised.values()];
}

describe('an expert that is listed', () => {
  test('calls only functions of its tier', async () => {
    const checkers = new Map<string, PolicyChecker>();
    for (const { label, source, choice } of promisedPrograms()) {
      const api = apiFor(choice);
      const checker = checkers.get(api.version) ?? createChecker(api, GUEST_MODULES);
      checkers.set(api.version, checker);
      const { diagnostics } = await checker.check({ source, blockName: 'block-1', session: { blocks: [] } });
      expect({ label, diagnostics }).toEqual({ label, diagnostics: [] });
    }
    expect(checkers.size).toBeGreaterThan(4);
  }, 240_000);

  test('is there for every task at some tier', () => {
    const without = taskNames().filter((name) => {
      const { task } = openTask(name).taskFor(0);
      return !TIERS.some((tier) => hasOwnExpert(name, tier) || hasGenericExpert(task, tier));
    });
    expect(without).toEqual([]);
  });

  test('is missing where the functions of its task are not there', () => {
    expect(hasFunctionsAt('tabletop', 'S2')).toBe(true);
    expect(hasFunctionsAt('tabletop', 'S3')).toBe(false);
    expect(hasFunctionsAt('arm', 'S3')).toBe(true);
    expect(hasOwnExpert('tabletop-s1-seen', 'S4')).toBe(false);
    expect(() => readExpert('tabletop-s1-seen', 'S4')).toThrow(/no expert for tabletop-s1-seen at tier S4/);
  });

  test('is there where its program was written for functions that every arm has', () => {
    expect(hasFunctionsAt('drawing', 'S3')).toBe(false);
    for (const tier of ['S1', 'S2', 'S3', 'S4']) expect(hasOwnExpert('drawing-erase', tier)).toBe(true);
  });
});
