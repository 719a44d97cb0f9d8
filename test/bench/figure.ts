// Owns a measured figure and its line in the table.

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The budget of the design; absent where there is none. */
  readonly budget?: { readonly kind: 'at most' | 'at least'; readonly value: number };
  readonly note?: string;
}

export function printFigures(figures: readonly Figure[]): void {
  for (const { what, value, unit, budget, note } of figures) {
    const met =
      budget === undefined
        ? ''
        : (budget.kind === 'at most' ? value <= budget.value : value >= budget.value)
          ? 'met'
          : 'NOT MET';
    const limit = budget === undefined ? '' : `budget ${budget.kind} ${budget.value} ${unit}`;
    console.log(
      `  ${what.padEnd(58)} ${inWords(value).padStart(9)} ${unit.padEnd(6)} ${limit.padEnd(26)} ${met}${note === undefined ? '' : `  (${note})`}`,
    );
  }
}

function inWords(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}
