// Owns the shape of the policy API's definition: what one function is, and which functions a program of a tier may call.
// Prompt text, declarations and binding are all printed from it. Must never know a robot.

import type { z } from 'zod';
import type { Stage } from './errors.ts';

/** Raised by every change a program could notice. Part of what an approval covers. */
export const API_VERSION = '1.0';

/** S1 ground truth, S2 real perception, S3 low-level with examples, S4 low-level without. */
export type Tier = 'S1' | 'S2' | 'S3' | 'S4';

/** What the arm works with. Only a hand has fingers. */
export type Tool = 'hand' | 'pad' | 'pen';

/** Tasks with functions of their own beside those of the tier: a word of the task file's `api`. */
export type Domain = 'arm' | 'tabletop' | 'drawing' | 'cart-pole';

/** What a call can do to the world, for the approval card: look at it, wait, speak, ask a model, move free, or grip. */
export type Risk = 'look' | 'move' | 'grip' | 'wait' | 'say' | 'ask';

export interface ApiParameter {
  readonly name: string;
  /** An optional schema makes an optional parameter. */
  readonly schema: z.ZodType;
  readonly doc: string;
}

export interface ApiErrorCase {
  /** Only these tiers know the error; every tier of the function when left out. */
  readonly tiers?: readonly Tier[];
  readonly code: string;
  readonly stage: Stage;
  /** Completes "thrown when ...". */
  readonly when: string;
  readonly hint: string;
}

export interface ApiFunction {
  readonly name: string;
  readonly tiers: readonly Tier[];
  /** 2: declared only for robots with two arms. */
  readonly arms?: 2;
  /** True: only for an arm whose tool has fingers. */
  readonly fingers?: boolean;
  /** Only for tasks of this domain. */
  readonly domain?: Domain;
  readonly risk: Risk;
  /** One sentence: what it does and when it is done. */
  readonly summary: string;
  /** Frames, units, habits of the function that a caller must know. */
  readonly details: string;
  readonly parameters: readonly ApiParameter[];
  /** Null: the call gives back nothing. */
  readonly result: { readonly schema: z.ZodType; readonly doc: string } | null;
  /** The signature as it is declared, where parameters and result do not say it well. */
  readonly signature?: string;
  readonly errors: readonly ApiErrorCase[];
  /** A short program that type-checks as it stands. */
  readonly example?: string;
}

/** The functions one program may call. */
export interface PolicyApi {
  /** Stable name of this very API, as "1.0/S1/1-arm". */
  readonly version: string;
  readonly tier: Tier;
  readonly arms: 1 | 2;
  readonly tool: Tool;
  readonly domain: Domain;
  /** Whether programs may ask a model. */
  readonly asks: boolean;
  readonly functions: readonly ApiFunction[];
}
