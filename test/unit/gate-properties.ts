// Owns the property test of the gate: random scenarios under the eyes of the monitor. It takes the gate's module as an
// argument, so that the true gate and its mutants face the very same suite.

import fc from 'fast-check';
import { type GateModule, GateScenario } from './gate-scenario.ts';
import { anySetup, anySteps } from './gate-scenario-steps.ts';

export interface PropertyReport {
  /** The breach, the steps that led to it and the seed; null when none was found. */
  readonly counterexample: string | null;
  readonly runs: number;
  /** Motions, grips and waits that reached a robot: a suite in which nothing moves shows nothing. */
  readonly motions: number;
}

/** The gate broke a rule, as against a scenario that failed to run. */
class Breach extends Error {}

/**
 * Searches for a run in which the gate breaks one of its rules.
 * @param effort how many runs at most; `shrink` looks for a short counterexample instead of the first
 */
export async function searchGateBreach(
  gate: GateModule,
  effort: { runs: number; seed: number; shrink: boolean },
): Promise<PropertyReport> {
  let motions = 0;
  const property = fc.asyncProperty(anySetup, anySteps, async (setup, steps) => {
    const scenario = new GateScenario(gate, setup);
    await scenario.run(steps);
    motions += scenario.monitor.motionsReceived;
    if (scenario.monitor.violations.length > 0) throw new Breach(scenario.monitor.violations.join('; '));
  });
  const { runs, seed, shrink } = effort;
  const details = await fc.check(property, { numRuns: runs, seed, endOnFailure: !shrink });
  if (!details.failed) return { counterexample: null, runs: details.numRuns, motions };
  if (!(details.errorInstance instanceof Breach)) throw details.errorInstance;
  const [setup, steps] = details.counterexample ?? [undefined, []];
  const story = steps.map((step) => JSON.stringify(step)).join('\n  ');
  return {
    counterexample: `${details.errorInstance.message}\nseed ${seed}, setup ${JSON.stringify(setup)}, steps\n  ${story}`,
    runs: details.numRuns,
    motions,
  };
}
