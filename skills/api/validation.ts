// Owns the words in which a wrong argument is reported: precise enough that a language model corrects it in one step.
// Must never let a value through that the schema refuses.

import type { z } from 'zod';
import type { ApiFunction, ApiParameter } from './definition.ts';
import { PolicyError } from './errors.ts';
import { implausible, listOf } from './plausible.ts';
import { isOptional, typeText } from './type-text.ts';

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

function issueText(name: string, argument: unknown, issue: Issue, schema: z.ZodType): string {
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
      return `${where} has no ${issue.path.length === 0 ? 'option' : 'field'} ${shownKeys(issue.keys)}`;
    case 'invalid_union':
      return `${where} must be ${typeText(innermost(schema), [])}, but it is ${shown(value)}`;
    default:
      return `${where} ${issue.message}`;
  }
}

function article(kind: string): string {
  if (kind === 'number') return 'a finite number';
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}

/** The parts of a zod definition that say which fields a value may have. */
interface SchemaDef {
  readonly innerType?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly options?: readonly z.ZodType[];
}

/** A schema without its "optional". */
function innermost(schema: z.ZodType): z.ZodType {
  const { innerType } = schema.def as SchemaDef;
  return innerType === undefined ? schema : innermost(innerType);
}

function fieldsOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined {
  return (innermost(schema).def as SchemaDef).shape;
}

/**
 * The problems with one argument. Where several forms are allowed, those of the form whose fields it has: "neither form"
 * would not say what is wrong with it.
 */
function issuesOf(schema: z.ZodType, argument: unknown): readonly Issue[] {
  const outcome = schema.safeParse(argument);
  if (outcome.success) return [];
  const forms = (innermost(schema).def as SchemaDef).options ?? [];
  if (typeof argument === 'object' && argument !== null) {
    const meant = forms.filter((form) => Object.keys(fieldsOf(form) ?? {}).some((key) => key in argument));
    if (meant.length === 1) return issuesOf(meant[0], argument);
  }
  return outcome.error.issues;
}

function invalid(definition: ApiFunction, problems: readonly string[], hint: string): PolicyError {
  return new PolicyError({
    code: 'INVALID_ARGUMENT',
    stage: 'code',
    message: `${definition.name}: ${problems.join('; ')}. Nothing moved.`,
    hint,
  });
}

/** The call with its arguments by name, and what the wrong one stands for. */
function usage({ name, parameters }: ApiFunction, parameter?: ApiParameter): string {
  const names = parameters.map((one) => `${one.name}${isOptional(one.schema) ? '?' : ''}`);
  const meaning = parameter === undefined ? '' : ` ${parameter.name}: ${parameter.doc}`;
  return `Call it as ${name}(${names.join(', ')}).${meaning}`;
}

/** What to write instead of a wrong argument. */
function hintFor(definition: ApiFunction, parameter: ApiParameter, argument: unknown, issue: Issue): string {
  const value = at(argument, issue.path);
  const record = isRecord(value) ? value : undefined;
  if (Array.isArray(value) && value.length === 3 && (issue.path.at(-1) ?? parameter.name) === 'quatWxyz') {
    return 'A position has three numbers, an orientation four: w, x, y, z. Pointing straight down is [0, 1, 0, 0].';
  }
  if (issue.code === 'custom' && isFour(value)) return unitHint(value);
  if (issue.code === 'unrecognized_keys') return fieldsHint(definition, parameter, issue, record);
  if (record !== undefined && 'position' in record && parameter.name === 'position') {
    return 'Pass the fields of the pose one by one: pose.position, pose.quatWxyz.';
  }
  if (record !== undefined && 'position' in record && parameter.name === 'goal') {
    return `Say which form it has: ${definition.name}({ pose: { position, quatWxyz } }).`;
  }
  if (record !== undefined && 'id' in record && typeof record.id === 'string') {
    return `Pass the id alone: ${shown(record.id)}, the field \`id\` of what you passed.`;
  }
  if (parameter.name === 'mask' && Array.isArray(value)) {
    return 'segmentText gives a list of masks: pass one of them, as masks[0].';
  }
  if (fieldsOf(parameter.schema) !== undefined && issue.path.length === 0 && parameter.name === 'options') {
    return `Options stand in braces: { ${Object.keys(fieldsOf(parameter.schema) ?? {}).join(', ')} }. ${parameter.doc}`;
  }
  return usage(definition, parameter);
}

/** What may be written where a field has a name that does not exist. */
function fieldsHint(
  definition: ApiFunction,
  parameter: ApiParameter,
  issue: Issue,
  value: Readonly<Record<string, unknown>> | undefined,
): string {
  if (value !== undefined && 'position' in value && 'quatWxyz' in value) {
    const pose = issue.path.length === 0 ? parameter.name : String(issue.path.at(-1));
    return `A pose has two fields only: { position: ${pose}.position, quatWxyz: ${pose}.quatWxyz }.`;
  }
  const fields = issue.path.length === 0 ? fieldsOf(parameter.schema) : undefined;
  if (fields === undefined) return usage(definition, parameter);
  return `It takes ${Object.keys(fields).join(', ')}. ${parameter.doc}`;
}

function unitHint(quat: readonly number[]): string {
  const length = Math.sqrt(quat.reduce((sum, one) => sum + one * one, 0));
  const down = 'Pointing straight down is [0, 1, 0, 0].';
  if (!(length > 1e-9)) return `All zeros are no orientation. ${down}`;
  return `Divide each number by the length: ${listOf(quat.map((one) => one / length))}. ${down}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFour(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length === 4 && value.every((one) => typeof one === 'number');
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
      usage(definition, parameters.at(-1)),
    );
  }
  const valid: Record<string, unknown> = {};
  const problems: string[] = [];
  let hint: string | undefined;
  parameters.forEach((parameter, index) => {
    // JSON has no undefined: a skipped option arrives as null.
    const argument = positional[index] === null && isOptional(parameter.schema) ? undefined : positional[index];
    const outcome = parameter.schema.safeParse(argument);
    if (!outcome.success) {
      const issues = issuesOf(parameter.schema, argument).slice(0, 3);
      problems.push(...issues.map((issue) => issueText(parameter.name, argument, issue, parameter.schema)));
      hint ??= hintFor(definition, parameter, argument, issues[0]);
      return;
    }
    const unlikely = implausible(parameter.name, outcome.data);
    if (unlikely !== undefined) {
      problems.push(unlikely.problem);
      hint ??= unlikely.hint;
    }
    if (outcome.data !== undefined) valid[parameter.name] = outcome.data;
  });
  if (problems.length > 0) throw invalid(definition, problems, hint ?? usage(definition));
  return valid;
}
