// Owns the robot times of an episode's chunks, as a metadata record at the end of the file: MCAP's own index knows log
// times alone, and who seeks in robot time would otherwise have to read every chunk first. Pure.

export const CHUNK_TIMES_RECORD = 'chunkTimes';

/** Publish times of all messages of one chunk, nanoseconds since 1970. */
export interface TimeRange {
  readonly firstNs: bigint;
  readonly lastNs: bigint;
}

const NS_PER_MS = 1_000_000n;
const RADIX = 36;

/** Ranges are widened to whole milliseconds: they tell where to look, not what is there. */
export function chunkTimesToValues(ranges: readonly TimeRange[]): Readonly<Record<string, string>> {
  const baseNs = ranges.length === 0 ? 0n : ranges[0].firstNs;
  let before = 0n;
  const texts = ranges.map(({ firstNs, lastNs }) => {
    const first = floorMs(firstNs - baseNs);
    const last = -floorMs(baseNs - lastNs);
    const text = `${(first - before).toString(RADIX)},${(last - first).toString(RADIX)}`;
    before = first;
    return text;
  });
  return { baseNs: String(baseNs), count: String(ranges.length), rangesMs: texts.join(' ') };
}

/** The ranges of `count` chunks; undefined for a record that is malformed or of other chunks. */
export function chunkTimesFromValues(
  values: Readonly<Record<string, string>> | undefined,
  count: number,
): readonly TimeRange[] | undefined {
  if (values?.baseNs === undefined || !/^\d{1,20}$/.test(values.baseNs) || values.rangesMs === undefined)
    return undefined;
  const texts = values.rangesMs === '' ? [] : values.rangesMs.split(' ');
  if (texts.length !== count) return undefined;
  const baseNs = BigInt(values.baseNs);
  const ranges: TimeRange[] = [];
  let before = 0;
  for (const text of texts) {
    const [step, span] = text.split(',').map((part) => Number.parseInt(part, RADIX));
    if (!Number.isSafeInteger(step) || !Number.isSafeInteger(span) || span < 0) return undefined;
    before += step;
    if (!Number.isSafeInteger(before + span)) return undefined;
    const firstNs = baseNs + BigInt(before) * NS_PER_MS;
    ranges.push({ firstNs, lastNs: firstNs + BigInt(span) * NS_PER_MS });
  }
  return ranges;
}

function floorMs(ns: bigint): bigint {
  return ns >= 0n ? ns / NS_PER_MS : -((-ns + NS_PER_MS - 1n) / NS_PER_MS);
}
