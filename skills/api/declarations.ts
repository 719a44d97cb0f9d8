// Owns the text of the type declarations the checker gives to policy programs: the API, its types, the console.
// Must never declare a name the sandbox does not have.

import type { ApiFunction, PolicyApi } from './definition.ts';
import { STAGES } from './errors.ts';
import type { NamedType } from './named-types.ts';
import { namedTypes } from './policy-api.ts';
import { isOptional, typeText } from './type-text.ts';

/** One line: `gotoPose(position: Vec3, ...): Promise<MotionResult>`. */
export function signatureText(definition: ApiFunction, named: readonly NamedType[]): string {
  if (definition.signature !== undefined) return definition.signature;
  const parameters = definition.parameters.map(
    (p) => `${p.name}${isOptional(p.schema) ? '?' : ''}: ${typeText(p.schema, named)}`,
  );
  const result = definition.result ? typeText(definition.result.schema, named) : 'void';
  return `${definition.name}(${parameters.join(', ')}): Promise<${result}>`;
}

/** One line: `type Vec3 = [x: number, ...]`. */
export function namedTypeText(type: NamedType, named: readonly NamedType[]): string {
  return `type ${type.name} = ${typeText(type.schema, named, type.schema)}`;
}

const AMBIENT_TYPES = `
/** What a failed call throws. \`code\` names the failure, \`stage\` where it happened, \`hint\` what to do next. */
declare class PolicyError extends Error {
  private constructor();
  readonly name: 'PolicyError';
  readonly code: string;
  readonly stage: ${STAGES.map((stage) => `'${stage}'`).join(' | ')};
  readonly hint: string;
  /** How the motion really ended, for calls that moved the arm. */
  readonly result: MotionResult | undefined;
}
/** Prints to the record of the block. */
declare const console: {
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
  debug(...values: unknown[]): void;
};
`;

/** The .d.ts text of an API: functions and types are ambient globals of the program. */
export function declarationsText(api: PolicyApi): string {
  const named = namedTypes(api);
  const types = named.map((type) => `/** ${type.doc} */\n${namedTypeText(type, named)};`);
  const functions = api.functions.map(
    (f) => `/** ${f.summary} ${f.details} */\ndeclare function ${signatureText(f, named)};`,
  );
  return `${types.join('\n')}\n${AMBIENT_TYPES}${functions.join('\n')}\n`;
}
