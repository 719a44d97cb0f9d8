// Owns what a report shows, as plain data: the page is a pure function of it.

import type { BenchRow } from '../bench-row.ts';
import type { Comparison } from '../comparison.ts';
import type { TrialRecord } from '../trial-record.ts';

export interface ReportData {
  /** Name of the folder. */
  readonly title: string;
  readonly writtenAt: string;
  /** Label and text, in order. */
  readonly facts: readonly (readonly [label: string, text: string])[];
  readonly tasks: readonly { readonly name: string; readonly instruction: string }[];
  readonly programs: readonly { readonly name: string; readonly sha256: string; readonly source: string }[];
  readonly rows: readonly BenchRow[];
  readonly trials: readonly TrialRecord[];
  /** Trials that were asked for; fewer are there when the benchmark is not finished. */
  readonly asked: number;
  readonly comparisons: readonly {
    readonly title: string;
    readonly reach: string;
    readonly list: readonly Comparison[];
  }[];
  readonly failures: readonly ReportFailure[];
  /** Said above the failures: how many are shown, and why not all. */
  readonly failuresNote: string;
}

export interface ReportFailure {
  readonly trial: TrialRecord;
  /** The command line that repeats it. */
  readonly command: string;
  /** The line of the program at which it failed. */
  readonly sourceLine?: string;
  /** Pictures of the same trial, run again; or why there are none. */
  readonly pictures: FailurePictures | string;
}

export interface FailurePictures {
  readonly stillPng: Uint8Array;
  /** Animated PNG. */
  readonly clipPng: Uint8Array;
  /** Robot time that the clip covers, seconds. */
  readonly clipSeconds: number;
  /** Whether running it again gave the same motion, bit for bit. */
  readonly sameMotion: boolean;
}
