// Owns the words in which a wrong argument is reported: precise enough that a language model corrects it in one step.
// Must never let a value through that the schema refuses.

import type { z } from 'zod';
import type { ApiFunction } from './definition.ts';
import { PolicyError } from './errors.ts';
import { isOptional } from './type-text.ts';

type Issue = z.core.$ZodIssue;

/** Most option names that one message lists. */
const MAX_KEYS = 5;

/** A value in a few characters. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function shownKeys(keys: readonly string[]): string {
  const more = keys.length > MAX_KEYS ? `, and ${keys.length - MAX_KEYS} more` : '';
  return keys.slice(0, MAX_KEYS).map(shown).join(', ') + more;
}

function at(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function pathText(name: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${String(key)}`),
    name,
  );
}

function rangeWords(issue: Issue & { code: 'too_small' | 'too_big' }): string {
  const limit = issue.code === 'too_small' ? issue.minimum : issue.maximum;
  if (issue.origin === 'string') {
    return issue.code === 'too_small' ? 'must not be empty' : `must have at most ${limit} characters`;
  }
  if (issue.origin === 'array') return `must have ${limit} entries`;
  const relation = issue.code === 'too_small' ? 'at least' : 'at most';
  const strict = issue.code === 'too_small' ? 'greater than' : 'less than';
  return `must be ${issue.inclusive === false ? strict : relation} ${limit}`;
}

function issueText(name: string, argument: unknown, issue: Issue): string {
  const where = pathText(name, issue.path);
  const value = at(argument, issue.path);
  switch (issue.code) {
    case 'too_small':
    case 'too_big': {
      const length = Array.isArray(value) ? `it has ${value.length}` : `it is ${shown(value)}`;
      return `${where} ${rangeWords(issue)}, but ${length}`;
    }
    case 'invalid_type': {
      const kind = issue.expected === 'tuple' ? 'array' : issue.expected;
      if (value === undefined) return `${where} is missing: it must be ${article(kind)}`;
      return `${where} must be ${article(kind)}, but it is ${shown(value)}`;
    }
    case 'invalid_value':
      return `${where} must be ${issue.values.map((v) => shown(v)).join(' or ')}, but it is ${shown(value)}`;
    case 'unrecognized_keys':
      return `${where} has no option ${shownKeys(issue.keys)}`;
    default:
      return `${where} ${issue.message}`;
  }
}

function article(kind: string): string {
  if (kind === 'number') return 'a finite number';
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}

function invalid(definition: ApiFunction, problems: readonly string[], hint: string): PolicyError {
  return new PolicyError({
    code: 'INVALID_ARGUMENT',
    stage: 'code',
    message: `${definition.name}: ${problems.join('; ')}. Nothing moved.`,
    hint,
  });
}

/** Why a value is not what it should be, as a hint of what to write instead. */
function hintFor(definition: ApiFunction, argument: unknown): string {
  if (Array.isArray(argument) && argument.length === 3 && definition.parameters.some((p) => p.name === 'quatWxyz')) {
    return 'A position has three numbers, an orientation four: w, x, y, z. Pointing straight down is [0, 1, 0, 0].';
  }
  if (typeof argument === 'object' && argument !== null && !Array.isArray(argument) && 'position' in argument) {
    return 'Pass the fields of the pose one by one: pose.position, pose.quatWxyz.';
  }
  return `Call it as ${definition.name}(${definition.parameters.map((p) => p.name).join(', ')}).`;
}

/**
 * The arguments as the implementation gets them: by name, quaternions normalised, absent options left out.
 * @param positional the arguments in order, as they came out of JSON
 * @throws PolicyError INVALID_ARGUMENT that names every wrong argument
 */
export function validateArguments(definition: ApiFunction, positional: readonly unknown[]): Record<string, unknown> {
  const { parameters } = definition;
  if (positional.length > parameters.length) {
    throw invalid(
      definition,
      [`takes ${parameters.length} argument${parameters.length === 1 ? '' : 's'}, but got ${positional.length}`],
      hintFor(definition, undefined),
    );
  }
  const valid: Record<string, unknown> = {};
  const problems: string[] = [];
  let hint = hintFor(definition, undefined);
  parameters.forEach((parameter, index) => {
    // JSON has no undefined: a skipped option arrives as null.
    const argument = positional[index] === null && isOptional(parameter.schema) ? undefined : positional[index];
    const outcome = parameter.schema.safeParse(argument);
    if (outcome.success) {
      if (outcome.data !== undefined) valid[parameter.name] = outcome.data;
      return;
    }
    problems.push(...outcome.error.issues.slice(0, 3).map((issue) => issueText(parameter.name, argument, issue)));
    hint = hintFor(definition, argument);
  });
  if (problems.length > 0) throw invalid(definition, problems, hint);
  return valid;
}
