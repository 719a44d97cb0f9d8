// Owns the summary of one arm's trials: the row of `bench --json`. Nothing is dropped: every seed counts once.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { wilsonInterval95 } from '../../sim/statistics.ts';
import { type Arm, armName } from './trial-record.ts';
import type { ModelUse, TrialResult } from './trial-result.ts';

export interface BenchRow extends Arm {
  readonly trials: number;
  readonly successes: number;
  /** Wilson score interval of the success rate, 95 %. */
  readonly wilson95: readonly [number, number];
  /** Failures by stage. */
  readonly failures: Readonly<Record<string, number>>;
  readonly seeds: readonly number[];
  /** SHA-256 over the trace hashes in the order of the seeds: equal on any machine and number of workers. */
  readonly traceHash: string;
  readonly simSeconds: number;
  /** Wall time of the trials, opening their worlds included, divided by the workers that ran side by side, seconds. */
  readonly wallSeconds: number;
  readonly realTimeFactor: number;
  /** Calls of the API in all trials. */
  readonly calls: number;
  /** What the model calls of all trials cost, US dollars; absent where no model was called. */
  readonly costUsd?: number;
  /** What the models of all trials used; absent where no model wrote the programs. */
  readonly modelUse?: ModelUse;
}

/** @param workers that ran side by side */
export function benchRow(arm: Arm, results: readonly TrialResult[], workers: number): BenchRow {
  const ordered = [...results].sort((a, b) => a.seed - b.seed);
  const failures: Record<string, number> = {};
  for (const { stage } of ordered) if (stage !== null) failures[stage] = (failures[stage] ?? 0) + 1;
  const successes = ordered.filter(({ success }) => success).length;
  const sum = (of: (result: TrialResult) => number) => ordered.reduce((total, result) => total + of(result), 0);
  const simSeconds = sum((result) => result.simSeconds);
  const wallSeconds = sum((result) => result.openSeconds + result.wallSeconds) / workers;
  const hashes = ordered.map(({ seed, traceHash }) => `${seed}:${traceHash}\n`).join('');
  const { low, high } = wilsonInterval95(successes, ordered.length);
  return {
    task: arm.task,
    tier: arm.tier,
    policy: arm.policy,
    perturbation: arm.perturbation,
    trials: ordered.length,
    successes,
    wilson95: [low, high],
    failures,
    seeds: ordered.map(({ seed }) => seed),
    traceHash: bytesToHex(sha256(utf8ToBytes(hashes))),
    simSeconds,
    wallSeconds,
    realTimeFactor: wallSeconds > 0 ? simSeconds / wallSeconds : 0,
    calls: sum((result) => result.calls),
    ...(ordered.some(({ costUsd }) => costUsd !== undefined) && { costUsd: sum(({ costUsd = 0 }) => costUsd) }),
    ...(ordered.some(({ modelUse }) => modelUse !== undefined) && {
      modelUse: {
        turns: sum(({ modelUse }) => modelUse?.turns ?? 0),
        requests: sum(({ modelUse }) => modelUse?.requests ?? 0),
        tokens: sum(({ modelUse }) => modelUse?.tokens ?? 0),
      },
    }),
  };
}

/** A row in one line for people. */
export function rowInWords(row: BenchRow): string {
  const [low, high] = row.wilson95.map((share) => (100 * share).toFixed(1));
  const failures = Object.entries(row.failures).map(([stage, count]) => `${stage} ${count}`);
  return (
    `${armName(row)}: ${row.successes} of ${row.trials} succeeded (95 %: ${low} to ${high} %), ` +
    `${row.simSeconds.toFixed(0)} s simulated in ${row.wallSeconds.toFixed(1)} s (${row.realTimeFactor.toFixed(0)}x)` +
    modelUseInWords(row) +
    (row.costUsd === undefined ? '' : `, ${row.costUsd.toFixed(2)} USD`) +
    (failures.length === 0 ? '' : `; failures: ${failures.join(', ')}`)
  );
}

function modelUseInWords({ modelUse, trials }: BenchRow): string {
  if (modelUse === undefined) return '';
  const { turns, requests, tokens } = modelUse;
  return `; per trial ${(turns / trials).toFixed(1)} turns, ${(requests / trials).toFixed(1)} requests, ${(tokens / trials).toFixed(0)} tokens`;
}
