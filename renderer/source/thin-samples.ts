// Owns bringing many samples down to as many as a plot can show, so that no peak is lost: of each stretch of time the
// lowest and the highest value of every series stay. Pure.

import type { Samples } from './source.ts';

/** Samples as they are collected: one row of values per time. */
export interface SampleRows {
  readonly timesS: number[];
  readonly rows: (readonly number[])[];
}

/** At most `maxPoints` points; all of them when they are fewer. */
export function thinSamples({ timesS, rows }: SampleRows, maxPoints: number): Samples {
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const kept = chosen(rows, width, Math.max(2, maxPoints));
  const thinned = kept ?? timesS.map((_, index) => index);
  return {
    timesS: Float64Array.from(thinned, (index) => timesS[index]),
    values: Array.from({ length: width }, (_, series) =>
      Float64Array.from(thinned, (index) => rows[index][series] ?? Number.NaN),
    ),
  };
}

/** Indices in order; undefined when all fit. */
function chosen(rows: SampleRows['rows'], width: number, maxPoints: number): readonly number[] | undefined {
  if (rows.length <= maxPoints) return undefined;
  const perStretch = Math.max(2, 2 * width);
  const stretches = Math.max(1, Math.floor(maxPoints / perStretch));
  const indices: number[] = [];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * rows.length) / stretches);
    const to = Math.floor(((stretch + 1) * rows.length) / stretches);
    const extremes = new Set<number>();
    for (let series = 0; series < width; series++) {
      let low = from;
      let high = from;
      for (let i = from; i < to; i++) {
        if (rows[i][series] < rows[low][series]) low = i;
        if (rows[i][series] > rows[high][series]) high = i;
      }
      extremes.add(low).add(high);
    }
    indices.push(...[...extremes].sort((a, b) => a - b));
  }
  return indices;
}
