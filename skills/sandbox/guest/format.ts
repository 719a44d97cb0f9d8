// Owns how a printed value looks in the record: short, on one line, numbers in full. Runs inside the sandbox.
// Must never run long on a large or circular value.

/** One printed value is cut here; the host caps the whole. */
const MAX_TEXT = 8_000;
const MAX_DEPTH = 5;
const MAX_ENTRIES = 100;

function formatObject(value: object, depth: number, open: readonly object[]): string {
  if (open.includes(value)) return '[circular]';
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (depth > MAX_DEPTH) return '...';
  const inner = [...open, value];
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = Array.from(
      (value as unknown as ArrayLike<unknown>).length > MAX_ENTRIES ? head(value) : (value as []),
    );
    const more = (value as unknown as ArrayLike<unknown>).length - items.length;
    const shown = items.map((item) => formatValue(item, depth + 1, inner));
    return `[${shown.join(', ')}${more > 0 ? `, ... ${more} more` : ''}]`;
  }
  if (value instanceof Map) return `Map ${formatObject([...value.entries()].slice(0, MAX_ENTRIES), depth, open)}`;
  if (value instanceof Set) return `Set ${formatObject([...value.values()].slice(0, MAX_ENTRIES), depth, open)}`;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Promise) return 'Promise (not awaited)';
  if (value instanceof RegExp) return String(value);
  const entries = Object.entries(value);
  const shown = entries.slice(0, MAX_ENTRIES).map(([key, item]) => `${key}: ${formatValue(item, depth + 1, inner)}`);
  if (entries.length > MAX_ENTRIES) shown.push(`... ${entries.length - MAX_ENTRIES} more`);
  return shown.length === 0 ? '{}' : `{ ${shown.join(', ')} }`;
}

function head(value: object): unknown[] {
  return Array.prototype.slice.call(value, 0, MAX_ENTRIES) as unknown[];
}

function formatValue(value: unknown, depth: number, open: readonly object[]): string {
  switch (typeof value) {
    case 'string':
      return depth === 0 ? value : JSON.stringify(value);
    case 'object':
      return value === null ? 'null' : formatObject(value, depth, open);
    case 'function':
      return `[function ${value.name || 'anonymous'}]`;
    case 'bigint':
      return `${value}n`;
    default:
      return String(value);
  }
}

/** The values of one print, as one text. */
export function formatValues(values: readonly unknown[]): string {
  let text = '';
  for (let i = 0; i < values.length && text.length <= MAX_TEXT; i++) {
    text += (i === 0 ? '' : ' ') + formatValue(values[i], 0, []).slice(0, MAX_TEXT);
  }
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text;
}
