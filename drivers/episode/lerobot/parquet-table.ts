// Owns how our tables become Parquet files: the types of columns, one row group per write, and the note by which pandas
// finds its index. Must never know what a data set is.

import { fileWriter, type KeyValue, ParquetWriter, type SchemaElement } from 'hyparquet-writer';

/** What the values of a column are; `list(list(...))` nests. */
export type ColumnType = 'int64' | 'float32' | 'float64' | 'bool' | 'string' | { readonly list: ColumnType };

export type Cell = number | bigint | boolean | string | readonly Cell[];

export type Columns = Readonly<Record<string, ColumnType>>;

/** A Parquet file being written. */
export class ParquetTable {
  readonly #writer: ParquetWriter;
  readonly #columns: Columns;

  /** @param pandasIndex column that pandas takes for the index */
  constructor(path: string, columns: Columns, pandasIndex?: string) {
    this.#columns = columns;
    this.#writer = new ParquetWriter({
      writer: fileWriter(path),
      schema: [
        { name: 'schema', num_children: Object.keys(columns).length },
        ...Object.entries(columns).flatMap(([name, type]) => elementsOf(name, type)),
      ],
      createdBy: 'capstan',
      kvMetadata: pandasIndex === undefined ? undefined : [pandasNote(columns, pandasIndex)],
    });
  }

  /** Adds rows as one row group. @throws TypeError when a row lacks a column */
  write(rows: readonly Readonly<Record<string, Cell>>[]): void {
    if (rows.length === 0) return;
    const columnData = Object.entries(this.#columns).map(([name, type]) => ({
      name,
      data: rows.map((row) => {
        const cell = row[name];
        if (cell === undefined) throw new TypeError(`a row has no value for the column "${name}"`);
        return stored(cell, type);
      }),
    }));
    this.#writer.write({ columnData, rowGroupSize: rows.length });
  }

  finish(): void {
    this.#writer.finish();
  }
}

/** Writes a table whole. */
export function writeTable(
  path: string,
  columns: Columns,
  rows: readonly Readonly<Record<string, Cell>>[],
  pandasIndex?: string,
): void {
  const table = new ParquetTable(path, columns, pandasIndex);
  table.write(rows);
  table.finish();
}

/** Whole numbers of 64 bits are bigints in JavaScript. */
function stored(cell: Cell, type: ColumnType): Cell {
  if (typeof type === 'object') return (cell as readonly Cell[]).map((item) => stored(item, type.list));
  return type === 'int64' && typeof cell === 'number' ? BigInt(cell) : cell;
}

const PHYSICAL = {
  int64: { type: 'INT64' },
  float32: { type: 'FLOAT' },
  float64: { type: 'DOUBLE' },
  bool: { type: 'BOOLEAN' },
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
} as const;

/** Lists in the three levels of the format (https://github.com/apache/parquet-format, LogicalTypes.md, Lists). */
function elementsOf(name: string, type: ColumnType): SchemaElement[] {
  if (typeof type === 'string') return [{ name, repetition_type: 'OPTIONAL', ...PHYSICAL[type] }];
  return [
    { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    ...elementsOf('element', type.list),
  ];
}

/** https://pandas.pydata.org/docs/development/developer.html: what makes a column the index of a data frame. */
function pandasNote(columns: Columns, index: string): KeyValue {
  const described = Object.entries(columns).map(([name, type]) => ({
    name,
    field_name: name,
    pandas_type: type === 'string' ? 'unicode' : String(type),
    numpy_type: type === 'string' ? 'object' : String(type),
    metadata: null,
  }));
  const value = {
    index_columns: [index],
    column_indexes: [
      { name: null, field_name: null, pandas_type: 'unicode', numpy_type: 'object', metadata: { encoding: 'UTF-8' } },
    ],
    columns: described,
    creator: { library: 'capstan', version: '0.1.0' },
    pandas_version: '2.2.0',
  };
  return { key: 'pandas', value: JSON.stringify(value) };
}
