// Owns the reference tables of the task file, printed from its schema: what the documentation shows is what is checked.

import { z } from 'zod';
import { GOAL_KINDS, GOAL_WORDS, goalSchema } from '../../sim/tasks/goal.ts';
import { taskSchema } from '../../sim/tasks/task-schema.ts';

interface Json {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
  readonly items?: Json;
  readonly prefixItems?: readonly Json[];
  readonly anyOf?: readonly Json[];
  readonly oneOf?: readonly Json[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

/** Goals have a table of their own. */
const NOT_OPENED = /(^|\.)goal$/;

/** One row per key of the task file, in the order of the schema. */
export function keyTable(): string {
  const rows = new Map<string, string>();
  rowsOf(z.toJSONSchema(taskSchema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Json, '', rows);
  return ['| key | values | meaning |', '| --- | --- | --- |', ...rows.values()].join('\n');
}

/** One row per predicate. */
export function goalTable(): string {
  const union = z.toJSONSchema(goalSchema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Json;
  const rows = GOAL_KINDS.map((kind) => {
    const branch = branchesOf(union).find(({ properties }) => properties?.[kind] !== undefined);
    const { properties = {}, required = [] } = branch?.properties?.[kind] ?? {};
    const keys = Object.keys(properties).map((key) => (required.includes(key) ? key : `${key}?`));
    return `| \`${kind}: { ${keys.join(', ')} }\` | ${GOAL_WORDS[kind]} |`;
  });
  return [
    '| goal | holds when |',
    '| --- | --- |',
    ...rows,
    '| `all: [...]`, `any: [...]`, `not: ...` | all of them, one of them, not this one |',
  ].join('\n');
}

function branchesOf(schema: Json): readonly Json[] {
  return schema.anyOf ?? schema.oneOf ?? [];
}

function rowsOf(schema: Json, at: string, rows: Map<string, string>): void {
  for (const branch of branchesOf(schema)) rowsOf(branch, at, rows);
  if (schema.items !== undefined && schema.items.type !== 'number') rowsOf(schema.items, `${at}[]`, rows);
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    const path = at === '' ? key : `${at}.${key}`;
    const optional = value.default === undefined && !schema.required?.includes(key);
    const preset =
      value.default === undefined || typeof value.default === 'object' ? '' : `; ${String(value.default)} unless given`;
    const row = `| \`${path}\` | ${valuesOf(value)}${preset}${optional ? '; may be left out' : ''} | ${value.description ?? ''} |`;
    // Keys that several kinds of the same thing have appear once, with the values of all of them.
    const before = rows.get(path);
    if (before === undefined) rows.set(path, row);
    else if (value.const !== undefined && !before.includes(valuesOf(value))) {
      rows.set(path, before.replace(/ \|([^|]*)\|$/, `, ${valuesOf(value)} |$1|`));
    }
    if (!NOT_OPENED.test(path)) rowsOf(value, path, rows);
  }
}

function valuesOf(schema: Json): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.prefixItems !== undefined) return `list of ${schema.prefixItems.length} ${schema.prefixItems[0].type}s`;
  if (branchesOf(schema).length > 0) return [...new Set(branchesOf(schema).map(valuesOf))].join(' or ');
  switch (schema.type) {
    case 'array':
      return 'list';
    case 'object':
      return 'mapping';
    case 'string':
      return schema.maxLength === undefined ? 'text' : `text, up to ${schema.maxLength} characters`;
    case 'integer':
    case 'number':
      return numberWords(schema);
    default:
      return 'goal';
  }
}

function numberWords({ type, minimum, exclusiveMinimum, maximum }: Json): string {
  const least =
    exclusiveMinimum !== undefined
      ? `above ${exclusiveMinimum}`
      : minimum !== undefined && minimum > -1e9
        ? `from ${minimum}`
        : '';
  const most = maximum !== undefined && maximum < 1e9 ? `up to ${maximum}` : '';
  return [type === 'integer' ? 'whole number' : 'number', least, most].filter((word) => word !== '').join(' ');
}
