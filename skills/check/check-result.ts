// Owns what a check says about a program. Types only.
// Must never hold a compiler's own objects.

import type { Risk } from '../api/definition.ts';

export interface CheckDiagnostic {
  /** Of the source as written, from 1. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly severity: 'error' | 'warning';
  /** Ours in capitals ("NOT_AWAITED"), the compiler's as "TS2345". */
  readonly code: string;
  readonly message: string;
  /** What to write instead; empty when the message says it all. */
  readonly hint: string;
}

/** A top-level name that later blocks may use. */
export interface ExportedName {
  readonly name: string;
  readonly kind: 'constant' | 'variable' | 'type';
}

/** Calls of one API function. */
export interface CallEffect {
  readonly name: string;
  readonly risk: Risk;
  /** Lines of the calls, rising. */
  readonly lines: readonly number[];
  /** Those of them that stand in a loop or in a function, and so may run many times or never. */
  readonly repeatedLines: readonly number[];
}

export interface LoopEffect {
  readonly line: number;
  readonly endLine: number;
  /** Unbounded: `while`, `do`, and `for` without a condition. */
  readonly kind: 'bounded' | 'unbounded';
  readonly waits: 'inside' | 'never';
}

/** What a program does, read from its text alone: the facts of the approval card. */
export interface EffectsSummary {
  readonly calls: readonly CallEffect[];
  /** Object names written out in calls, each once, in order. */
  readonly objectNames: readonly string[];
  /** Lines where an object's name is computed, and so is not in `objectNames`. */
  readonly computedNameLines: readonly number[];
  /** Specifiers, as "capstan:math". */
  readonly imports: readonly string[];
  readonly loops: readonly LoopEffect[];
}

/** One call of a function that nobody has declared. */
export interface FunctionUse {
  /** Of the source as written, from 1. */
  readonly line: number;
  /** As written, with its await. */
  readonly text: string;
  /** As far as the checker knows; "any" where it does not. */
  readonly argumentTypes: readonly string[];
  readonly isAwaited: boolean;
  /** "void" where nothing is made of it; undefined where the place of the call says nothing. */
  readonly resultType: string | undefined;
}

/** A function that the program calls and nobody has declared. */
export interface MissingFunction {
  readonly name: string;
  /** In the order of the source; at least one. */
  readonly uses: readonly FunctionUse[];
}

/** A statement at the top of the program. */
export interface TopLevelEntry {
  readonly kind: 'import' | 'type' | 'function' | 'statement';
  /** Of a type or a function. */
  readonly name?: string;
  /** Where it begins, from 1. */
  readonly line: number;
}

/** One earlier block, as the checker needs it. */
export interface FinishedBlock {
  readonly blockName: string;
  /** `declarations` of its check result. */
  readonly declarations: string;
  readonly exportedNames: readonly ExportedName[];
}

/** The finished blocks of a session, oldest first. */
export interface SessionScope {
  readonly blocks: readonly FinishedBlock[];
}

export const EMPTY_SCOPE: SessionScope = { blocks: [] };

export interface CheckRequest {
  readonly source: string;
  /** As "block-3". */
  readonly blockName: string;
  readonly session: SessionScope;
}

export interface CheckResult {
  /** True when no diagnostic is an error. Only then may the program be shown for approval. */
  readonly ok: boolean;
  /** In the order of the source. */
  readonly diagnostics: readonly CheckDiagnostic[];
  /** What the sandbox runs: the source without its types, line for line, and the publication of its names. Empty if not ok. */
  readonly javascript: string;
  readonly exportedNames: readonly ExportedName[];
  readonly effects: EffectsSummary;
  /** Empty where the program was refused unread. */
  readonly topLevel: readonly TopLevelEntry[];
  /** Present when nothing is wrong but that these functions are called and not declared. */
  readonly missingFunctions?: readonly MissingFunction[];
  /** The .d.ts text of the block's names, for the checks of later blocks. Empty if not ok. */
  readonly declarations: string;
}
