// Owns the words for what is wrong in a YAML file of the user: the schema's findings as plain sentences that say where,
// what was found and how to mend it. Knows nothing of any particular file.

import type { z } from 'zod';

export interface Problem {
  /** Keys and indices that lead to the place. */
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

type Issue = z.core.$ZodIssue;

/** Keys that differ by at most this many letters are taken for each other's misspelling. */
const MISSPELLING = 2;

/**
 * @param issues what the schema found
 * @param data what was read, to say what was found instead
 */
export function describeIssues(issues: readonly Issue[], data: unknown): Problem[] {
  const flat = issues.flatMap((issue) => flatten(issue, [], data));
  const missing = flat.filter((issue) => isMissing(data, issue.path));
  const explained = new Set<Issue>();
  const problems: Problem[] = [];
  for (const issue of flat) {
    if (issue.code !== 'unrecognized_keys') continue;
    for (const key of issue.keys) {
      const meant = missing.find(
        ({ path }) => samePath(path.slice(0, -1), issue.path) && looksLike(String(path.at(-1)), key),
      );
      if (meant !== undefined) explained.add(meant);
      const fix =
        meant === undefined ? 'remove it, or check its spelling' : `did you mean "${String(meant.path.at(-1))}"?`;
      problems.push({ path: [...issue.path, key], text: `${spoken(issue.path)}: unknown key "${key}"; ${fix}` });
    }
  }
  for (const issue of flat) {
    if (issue.code === 'unrecognized_keys' || explained.has(issue)) continue;
    problems.push(
      missing.includes(issue)
        ? {
            path: issue.path,
            text: `${spoken(issue.path.slice(0, -1))}: "${String(issue.path.at(-1))}" is missing; add it`,
          }
        : { path: issue.path, text: `${spoken(issue.path)}: ${sentence(issue, valueAt(data, issue.path))}` },
    );
  }
  return problems;
}

/** Puts the findings of the most fitting branch in place of "matches none of these". */
function flatten(issue: Issue, base: readonly PropertyKey[], data: unknown): Issue[] {
  const path = [...base, ...issue.path];
  if (issue.code !== 'invalid_union' || isMissing(data, path)) return [{ ...issue, path }];
  const branch = fittingBranch(issue.errors, valueAt(data, path));
  return branch === undefined ? [{ ...issue, path }] : branch.flatMap((inner) => flatten(inner, path, data));
}

/** The branch whose kind of value and whose key are there; undefined when none is. */
function fittingBranch(branches: readonly (readonly Issue[])[], value: unknown): readonly Issue[] | undefined {
  const rightKind = branches.filter((branch) => !branch.some(isWrongKind));
  if (rightKind.length === 1) return rightKind[0];
  return rightKind.find((branch) => !branch.some(({ path }) => path.length === 1 && isMissing(value, path)));
}

function isWrongKind({ code, path }: Issue): boolean {
  return code === 'invalid_type' && path.length === 0;
}

function sentence(issue: Issue, found: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kindOf(issue.expected)}, not ${shown(found)}`;
    case 'invalid_value':
      return issue.values.length === 1
        ? `must be ${shown(issue.values[0])}, not ${shown(found)}`
        : `must be one of ${issue.values.map(shown).join(', ')}, not ${shown(found)}`;
    case 'too_small':
    case 'too_big':
      return sizeSentence(issue, found);
    case 'invalid_format':
      return `${issue.message}; not ${shown(found)}`;
    case 'invalid_union':
      return `must be ${alternatives(issue.errors, found)}, not ${shown(found)}`;
    default:
      return issue.message;
  }
}

function sizeSentence(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, found: unknown): string {
  const limit = issue.code === 'too_small' ? issue.minimum : issue.maximum;
  if (Array.isArray(found)) {
    const bound = issue.code === 'too_small' ? 'at least' : 'at most';
    return `must have ${issue.exact ? '' : `${bound} `}${limit} ${limit === 1 ? 'value' : 'values'}, not ${found.length}`;
  }
  if (typeof found === 'string') {
    return issue.code === 'too_small' ? 'must not be empty' : `must have at most ${limit} characters`;
  }
  const words = issue.code === 'too_small' ? ['at least', 'more than'] : ['at most', 'less than'];
  return `must be ${words[issue.inclusive ? 0 : 1]} ${limit}, not ${shown(found)}`;
}

/** What would have been right where no branch fits: the keys of mappings, or the kinds of values. */
function alternatives(branches: readonly (readonly Issue[])[], found: unknown): string {
  const keys = branches.flatMap((branch) =>
    branch.filter(({ path }) => path.length === 1 && isMissing(found, path)).map(({ path }) => String(path[0])),
  );
  const kinds = branches.flatMap((branch) =>
    branch.flatMap((issue) => (issue.code === 'invalid_type' && isWrongKind(issue) ? [kindOf(issue.expected)] : [])),
  );
  return keys.length > 0 ? `a mapping with one of the keys ${keys.join(', ')}` : [...new Set(kinds)].join(' or ');
}

function kindOf(expected: string): string {
  switch (expected) {
    case 'object':
      return 'a mapping';
    case 'array':
    case 'tuple':
      return 'a list';
    case 'string':
      return 'text';
    case 'int':
      return 'a whole number';
    default:
      return `a ${expected}`;
  }
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
  if (typeof value !== 'object') return String(value);
  const keys = Object.keys(value);
  return keys.length === 0 ? 'an empty mapping' : `a mapping with ${keys.slice(0, 3).join(', ')}`;
}

function spoken(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the file';
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`))
    .join('');
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function isMissing(data: unknown, path: readonly PropertyKey[]): boolean {
  const parent = valueAt(data, path.slice(0, -1));
  const key = path.at(-1);
  if (typeof parent !== 'object' || parent === null || Array.isArray(parent) || key === undefined) return false;
  return !Object.hasOwn(parent, key);
}

function samePath(a: readonly PropertyKey[], b: readonly PropertyKey[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}

function looksLike(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a) || distance(a, b) <= MISSPELLING;
}

/** Number of letters to change, add or remove (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
