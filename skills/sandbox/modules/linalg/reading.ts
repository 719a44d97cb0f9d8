// Owns how `capstan:linalg` reads what a program gives it: every entry a finite number, every row as long as the first.
// Must never let a wrong shape reach the library, whose own messages a program's author could not use.

import { Matrix as MlMatrix } from 'ml-matrix';

/** A list this long is taken for a mistake: the work grows with its third power. */
const MAX_SIZE = 2000;

/** @throws RangeError that names the function */
export function fail(name: string, what: string): never {
  throw new RangeError(`${name}: ${what}.`);
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? `a list of ${value.length}` : `a ${typeof value}`;
}

function readNumber(name: string, place: string, value: unknown): void {
  if (typeof value !== 'number') fail(name, `${place} is ${kindOf(value)}; it must be a number`);
  if (!Number.isFinite(value)) fail(name, `${place} is ${value}; every number must be finite`);
}

/** @param length the length it must have; any but 0 unless given */
export function readVector(name: string, what: string, values: readonly number[], length?: number): void {
  if (!Array.isArray(values)) fail(name, `${what} is ${kindOf(values)}; it must be a list of numbers`);
  if (values.length === 0) fail(name, `${what} is empty`);
  if (length !== undefined && values.length !== length) {
    fail(name, `${what} has ${values.length} entries; it must have ${length}`);
  }
  for (let i = 0; i < values.length; i++) readNumber(name, `${what}[${i}]`, values[i]);
}

/** The library's matrix of rows a program gave. */
export function readMatrix(name: string, what: string, rows: readonly (readonly number[])[]): MlMatrix {
  if (!Array.isArray(rows)) fail(name, `${what} is ${kindOf(rows)}; it must be a list of rows`);
  if (rows.length === 0) fail(name, `${what} has no rows`);
  const columns = Array.isArray(rows[0]) ? rows[0].length : 0;
  for (let i = 0; i < rows.length; i++) {
    const row: unknown = rows[i];
    if (!Array.isArray(row)) fail(name, `${what}[${i}] is ${kindOf(row)}; it must be a row of numbers`);
    if (row.length === 0) fail(name, `${what}[${i}] is empty`);
    if (row.length !== columns) {
      fail(name, `${what}[${i}] has ${row.length} entries, ${what}[0] has ${columns}; rows must be of one length`);
    }
    for (let j = 0; j < columns; j++) readNumber(name, `${what}[${i}][${j}]`, row[j]);
  }
  return new MlMatrix(rows.map((row) => [...row]));
}

/** Points as rows. */
export function readPoints(
  name: string,
  what: string,
  points: readonly (readonly number[])[],
  atLeast: number,
  dimension?: number,
): MlMatrix {
  const m = readMatrix(name, what, points);
  if (dimension !== undefined && m.columns !== dimension) {
    fail(name, `${what}[0] has ${m.columns} components; a point has ${dimension} here`);
  }
  if (m.rows < atLeast) fail(name, `${what} has ${m.rows} points; it needs at least ${atLeast}`);
  return m;
}

/** Zeros of a size a program gave. */
export function sizeOf(name: string, rows: number, columns: number): number[][] {
  for (const count of [rows, columns]) {
    if (!(Number.isInteger(count) && count > 0 && count <= MAX_SIZE)) {
      fail(name, `${count} is no size; it must be a whole number from 1 to ${MAX_SIZE}`);
    }
  }
  return Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
}
