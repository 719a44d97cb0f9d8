// Owns the summary of one task's trials: the row of `bench --json`. Nothing is dropped: every seed counts once.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { wilsonInterval95 } from '../../sim/statistics.ts';
import type { TrialResult } from './trial-result.ts';

export interface BenchRow {
  readonly task: string;
  readonly tier: string;
  readonly policy: string;
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
  /** Wall time of the whole row, workers running side by side, seconds. */
  readonly wallSeconds: number;
  readonly realTimeFactor: number;
}

/** @param wallSeconds from the start of the first trial to the end of the last */
export function benchRow(
  what: { readonly task: string; readonly tier: string; readonly policy: string },
  results: readonly TrialResult[],
  wallSeconds: number,
): BenchRow {
  const ordered = [...results].sort((a, b) => a.seed - b.seed);
  const failures: Record<string, number> = {};
  for (const { stage } of ordered) if (stage !== null) failures[stage] = (failures[stage] ?? 0) + 1;
  const successes = ordered.filter(({ success }) => success).length;
  const simSeconds = ordered.reduce((sum, result) => sum + result.simSeconds, 0);
  const hashes = ordered.map(({ seed, traceHash }) => `${seed}:${traceHash}\n`).join('');
  const { low, high } = wilsonInterval95(successes, ordered.length);
  return {
    ...what,
    trials: ordered.length,
    successes,
    wilson95: [low, high],
    failures,
    seeds: ordered.map(({ seed }) => seed),
    traceHash: bytesToHex(sha256(utf8ToBytes(hashes))),
    simSeconds,
    wallSeconds,
    realTimeFactor: wallSeconds > 0 ? simSeconds / wallSeconds : 0,
  };
}
