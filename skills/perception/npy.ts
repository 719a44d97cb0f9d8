// Owns arrays in NumPy's file format, version 1.0 (numpy.lib.format): what np.save writes and np.load reads, little
// endian and row-major. Must never read or write files.

import { PerceptionError } from './detector.ts';

export type NpyData = Uint8Array | Int32Array | Float32Array | Float64Array;

export interface NpyArray {
  /** Row-major. */
  readonly data: NpyData;
  readonly shape: readonly number[];
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
/** Header lengths are padded so that the data start at a multiple of this. */
const ALIGNMENT = 64;

function descriptorOf(data: NpyData): string {
  if (data instanceof Uint8Array) return '|u1';
  if (data instanceof Int32Array) return '<i4';
  return data instanceof Float32Array ? '<f4' : '<f8';
}

/** The bytes of an array; throws RangeError when the data do not fill the shape. */
export function encodeNpy({ data, shape }: NpyArray): Uint8Array {
  const wanted = shape.reduce((product, n) => product * n, 1);
  if (wanted !== data.length) throw new RangeError(`shape (${shape.join(', ')}) holds ${wanted}, not ${data.length}`);
  const list = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descriptorOf(data)}', 'fortran_order': False, 'shape': (${list}), }`;
  const length = Math.ceil((10 + text.length + 1) / ALIGNMENT) * ALIGNMENT - 10;
  const header = `${text.padEnd(length - 1)}\n`;
  const itemBytes = data.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(10 + length + data.length * itemBytes);
  bytes.set(MAGIC);
  bytes[6] = 1;
  const view = new DataView(bytes.buffer);
  view.setUint16(8, length, true);
  for (let i = 0; i < length; i++) bytes[10 + i] = header.charCodeAt(i);
  for (let i = 0, at = 10 + length; i < data.length; i++, at += itemBytes) {
    if (data instanceof Uint8Array) bytes[at] = data[i];
    else if (data instanceof Int32Array) view.setInt32(at, data[i], true);
    else if (data instanceof Float32Array) view.setFloat32(at, data[i], true);
    else view.setFloat64(at, data[i], true);
  }
  return bytes;
}

/**
 * The array in the bytes of a file of version 1 to 3; 64-bit whole numbers and booleans become doubles and bytes.
 * @throws PerceptionError SERVER_ANSWER when the bytes are no such file, are cut, or hold another kind of number
 */
export function decodeNpy(bytes: Uint8Array): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte)) throw bad('it does not start as a NumPy file');
  const wide = bytes[6] >= 2;
  const start = wide ? 12 : 10;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (start + length > bytes.length) throw bad('its header is cut off');
  const header = String.fromCharCode(...bytes.subarray(start, start + Math.min(length, 4096)));
  const descriptor = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const list = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (descriptor === undefined || order === undefined || list === undefined) throw bad('its header cannot be read');
  const shape = list
    .split(',')
    .map((n) => n.trim())
    .filter((n) => n !== '')
    .map(Number);
  if (order === 'True' && shape.length > 1) throw bad('it is stored column by column');
  const count = shape.reduce((product, n) => product * n, 1);
  if (!Number.isSafeInteger(count) || count < 0) throw bad(`its shape is (${list})`);
  const size = Number(descriptor.slice(2));
  if (start + length + count * size > bytes.length) throw bad('its data are cut off');
  const at = (i: number) => start + length + i * size;
  switch (descriptor.replace('=', '<')) {
    case '|u1':
    case '|b1':
      return { data: bytes.slice(start + length, start + length + count), shape };
    case '<i4':
      return { data: Int32Array.from({ length: count }, (_, i) => view.getInt32(at(i), true)), shape };
    case '<i8':
      return { data: Float64Array.from({ length: count }, (_, i) => Number(view.getBigInt64(at(i), true))), shape };
    case '<f4':
      return { data: Float32Array.from({ length: count }, (_, i) => view.getFloat32(at(i), true)), shape };
    case '<f8':
      return { data: Float64Array.from({ length: count }, (_, i) => view.getFloat64(at(i), true)), shape };
    default:
      throw bad(`it holds numbers of the kind "${descriptor}"`);
  }
}

function bad(what: string): PerceptionError {
  return new PerceptionError(
    'SERVER_ANSWER',
    `the server sent an array that cannot be read: ${what}`,
    'Check that the server has the version this client was written for.',
  );
}
