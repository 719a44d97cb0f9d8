// Owns how much of a long value the window keeps: a story lives as long as its session, and the pixels that a call
// returned are nobody's reading. Must never change a short value; the episode itself keeps everything.

/** Lists and objects up to this many entries are kept whole. */
const WHOLE_ENTRIES = 64;
/** Texts up to this many characters are kept whole. */
const WHOLE_CHARACTERS = 4000;
/** Deeper than this nobody looks. */
const WHOLE_DEPTH = 12;

/** A value whose long parts are replaced by words about them; the value itself when it has none. */
export function outlined(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') {
    if (value.length <= WHOLE_CHARACTERS) return value;
    return `${value.slice(0, WHOLE_CHARACTERS)}… (${value.length} characters)`;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= WHOLE_DEPTH) return '(more)';
  if (Array.isArray(value)) {
    if (value.length > WHOLE_ENTRIES) return `(a list of ${value.length})`;
    const kept = value.map((entry) => outlined(entry, depth + 1));
    return kept.every((entry, i) => entry === value[i]) ? value : kept;
  }
  const entries = Object.entries(value);
  const kept = entries.slice(0, WHOLE_ENTRIES).map(([key, entry]) => [key, outlined(entry, depth + 1)] as const);
  if (kept.length === entries.length && kept.every(([, entry], i) => entry === entries[i][1])) return value;
  return Object.fromEntries(kept);
}
