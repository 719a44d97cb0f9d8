import { expect, test } from 'vitest';
import { searchGateBreach } from '../gate-properties.ts';
import { buildGate } from './build-mutant.ts';
import { MUTANTS } from './mutants.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);

/** The most hidden mutant needs some 250 runs in the median and never took more than 1000 in 20 searches. */
const MOST_RUNS = 5000;

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('a gate is found out: %s', async (_, mutant) => {
  const report = await searchGateBreach(await buildGate(mutant), { runs: MOST_RUNS, seed, shrink: false });
  expect(report.counterexample).not.toBeNull();
});

test('the gate that was bundled the same way, unaltered, is not', async () => {
  const report = await searchGateBreach(await buildGate(undefined), { runs: 300, seed, shrink: false });
  expect(report.counterexample).toBeNull();
});

test('a mutant whose place is gone from the source fails loudly', async () => {
  const lost = { name: 'lost', edits: [{ file: 'gate.ts', find: 'this stands nowhere', replace: '' }] };
  await expect(buildGate(lost)).rejects.toThrow(/bring the mutant up to date/);
});
