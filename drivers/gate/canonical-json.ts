// Owns the one text form of plain data that digests are taken of: keys sorted, no white space, every number finite.
// Two values have the same text if and only if they hold the same data. Must never guess: what JSON cannot carry
// faithfully is an error, not a null.

/**
 * Canonical JSON text of plain data. Object keys are sorted by code unit; keys whose value is undefined are left out,
 * as JSON.stringify does; -0 is written as 0.
 * @throws TypeError for NaN, infinities, functions, symbols, big integers, typed arrays and class instances
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$');
}

function write(value: unknown, path: string): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${path} is ${value}, which has no place in signed data`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item, i) => write(item, `${path}[${i}]`)).join(',')}]`;
  if (typeof value === 'object' && isPlain(value)) {
    const parts = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}:${write(item, `${path}.${key}`)}`);
    return `{${parts.join(',')}}`;
  }
  throw new TypeError(`${path} is not plain data and cannot be signed`);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A copy of plain data that shares nothing with the original and can no longer be changed by anybody. */
export function frozenCopy<Data>(value: Data): Data {
  return freeze(JSON.parse(canonicalJson(value)) as Data);
}

function freeze<Data>(value: Data): Data {
  if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) freeze(item);
    Object.freeze(value);
  }
  return value;
}
