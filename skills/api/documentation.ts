// Owns the prompt text of an API: what a language model is told before it writes a program.
// Must never promise what the definition does not say.

import { namedTypeText, signatureText } from './declarations.ts';
import type { ApiErrorCase, ApiFunction, PolicyApi } from './definition.ts';
import { INVALID_ARGUMENT } from './functions.ts';
import { namedTypes } from './policy-api.ts';

/** A module a program may import, as the prompt shows it. */
export interface DocumentedModule {
  /** As "capstan:math". */
  readonly specifier: string;
  /** The .d.ts text of the module. */
  readonly declarations: string;
}

const RULES = `Programs are TypeScript. Top-level \`await\` is allowed; every function below must be awaited, and returns only
when it is done. Top-level names stay for the following blocks. There is no file system, no network, no timer but
\`sleep\`, and no import but the modules below. Lengths are metres, angles radians, forces newtons, times seconds of
robot time; positions are in the base frame of the robot; quaternions are w, x, y, z.
A call that fails throws a \`PolicyError\` with \`code\`, \`stage\`, \`hint\`, and \`result\` when the arm has moved; after an
error the arm is at rest. A block that ends in an error leaves no names behind, but what the arm did stays done.`;

function errorLine(error: ApiErrorCase): string {
  return `  ${error.code} (${error.stage}) when ${error.when}. ${error.hint}`;
}

function functionText(definition: ApiFunction, signature: string, examples: 'with-examples' | 'no-examples'): string {
  const lines = [`### ${signature}`, `${definition.summary} ${definition.details}`];
  for (const parameter of definition.parameters) lines.push(`- ${parameter.name}: ${parameter.doc}`);
  if (definition.result) lines.push(`- returns: ${definition.result.doc}`);
  if (definition.errors.length > 0) lines.push(`- throws: ${definition.errors.map((e) => e.code).join(', ')}`);
  if (definition.example && examples === 'with-examples') lines.push('```ts', definition.example, '```');
  return lines.join('\n');
}

/** The errors of all functions, each once. */
function errorSection(api: PolicyApi): string {
  const byCode = new Map([[INVALID_ARGUMENT.code, INVALID_ARGUMENT]]);
  for (const error of api.functions.flatMap((f) => f.errors)) byCode.set(error.code, error);
  return `## Errors\n${[...byCode.values()].map(errorLine).join('\n')}`;
}

/** Signatures of a module, comments kept, `export declare` dropped. */
function moduleText(module: DocumentedModule): string {
  const body = module.declarations
    .replace(/^export declare /gm, '')
    .replace(/^export (type|interface) /gm, '$1 ')
    .trim();
  return `## import { ... } from '${module.specifier}'\n\`\`\`ts\n${body}\n\`\`\``;
}

/** The API as a language model reads it. Tier S4 has no examples. */
export function documentationText(api: PolicyApi, modules: readonly DocumentedModule[]): string {
  const named = namedTypes(api);
  const examples = api.tier === 'S4' ? 'no-examples' : 'with-examples';
  const types = named.map((type) => `${namedTypeText(type, named)};  // ${type.doc}`);
  return [
    RULES,
    `## Types\n\`\`\`ts\n${types.join('\n')}\n\`\`\``,
    `## Functions\n${api.functions.map((f) => functionText(f, signatureText(f, named), examples)).join('\n\n')}`,
    errorSection(api),
    ...modules.map(moduleText),
  ].join('\n\n');
}
