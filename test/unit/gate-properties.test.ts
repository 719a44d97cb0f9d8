import { expect, test } from 'vitest';
import { createGate } from '../../drivers/gate/gate.ts';
import { searchGateBreach } from './gate-properties.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);

test('whatever happens around it, the gate lets nothing through that its rules forbid, and holds nothing else back', async () => {
  const report = await searchGateBreach({ createGate }, { runs: 600, seed, shrink: true });
  expect(report.counterexample).toBeNull();
  expect(report.motions).toBeGreaterThan(report.runs / 8);
});
