// Owns JSON in which long lists of numbers stand packed, as the results of API calls cross into the sandbox: a depth image
// written as decimals takes a program's engine 30 ms to read, packed 10 to 20. Both sides see plain `number[]`; packing loses
// not one bit, and equal values give equal texts. Runs on the host and inside the sandbox. Must never change a value.

/** Shorter lists stay as they are: nothing is gained below this. */
const MIN_PACKED_LENGTH = 256;

/** The one key of a packed list; no result of the API has a key like it. */
const MARK = '$numbers';

/**
 * How the numbers are written: little-endian integers of a width, integers that count thousandths (millimetres, seen as
 * metres), or whole doubles.
 */
type Form = 'u16' | 'u32' | 'milli16' | 'f32' | 'f64';

interface PackedList {
  readonly [MARK]: readonly [form: Form, base64: string];
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CODES = Uint8Array.from(ALPHABET, (letter) => letter.charCodeAt(0));
const PAD = '='.charCodeAt(0);

function base64OfBytes(bytes: Uint8Array): string {
  // Node's own is ten times as fast; browsers of today have none that takes bytes.
  if (typeof Buffer !== 'undefined')
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(PAD);
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const three = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text[at++] = CODES[three >> 18];
    text[at++] = CODES[(three >> 12) & 63];
    if (i + 1 < bytes.length) text[at] = CODES[(three >> 6) & 63];
    at++;
    if (i + 2 < bytes.length) text[at] = CODES[three & 63];
    at++;
  }
  return new TextDecoder().decode(text);
}

/** The engine of the sandbox has `Uint8Array.fromBase64`; hosts older than it have `atob`. */
function bytesOfBase64(text: string): Uint8Array {
  const native = (Uint8Array as { fromBase64?: (text: string) => Uint8Array }).fromBase64;
  if (native) return native.call(Uint8Array, text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

const isNegativeZero = (x: number) => x === 0 && 1 / x < 0;

/** The numbers of a list, or undefined when anything else is in it. Loops here are bare: images pass through them. */
function doublesOf(values: readonly unknown[]): Float64Array | undefined {
  const doubles = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'number' || value - value !== 0) return undefined;
    doubles[i] = value;
  }
  return doubles;
}

function wholes(doubles: Float64Array): Uint32Array | undefined {
  const counts = new Uint32Array(doubles.length);
  for (let i = 0; i < doubles.length; i++) {
    const value = doubles[i];
    if (value >>> 0 !== value || isNegativeZero(value)) return undefined;
    counts[i] = value;
  }
  return counts;
}

function thousandths(doubles: Float64Array): Uint16Array | undefined {
  const counts = new Uint16Array(doubles.length);
  for (let i = 0; i < doubles.length; i++) {
    const value = doubles[i];
    const count = Math.round(value * 1000);
    if (!(count >= 0 && count <= 0xffff) || count / 1000 !== value || isNegativeZero(value)) return undefined;
    counts[i] = count;
  }
  return counts;
}

function singles(doubles: Float64Array): Float32Array | undefined {
  const rounded = new Float32Array(doubles.length);
  for (let i = 0; i < doubles.length; i++) {
    rounded[i] = doubles[i];
    if (rounded[i] !== doubles[i]) return undefined;
  }
  return rounded;
}

/** The shortest form that gives every number back as it was; undefined for a list that holds anything else. */
function pack(values: readonly unknown[]): PackedList | undefined {
  const doubles = doublesOf(values);
  if (doubles === undefined) return undefined;
  const as = (form: Form, { buffer }: { readonly buffer: ArrayBufferLike }): PackedList => ({
    [MARK]: [form, base64OfBytes(new Uint8Array(buffer))],
  });
  const whole = wholes(doubles);
  if (whole) return whole.every((value) => value <= 0xffff) ? as('u16', Uint16Array.from(whole)) : as('u32', whole);
  const milli = thousandths(doubles);
  if (milli) return as('milli16', milli);
  const single = singles(doubles);
  return single ? as('f32', single) : as('f64', doubles);
}

function packed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    if (value.length < MIN_PACKED_LENGTH) return value.map(packed);
    return pack(value) ?? value.map(packed);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, packed(item)]));
}

/** Whether a parsed value stands for a packed list. */
export function isPackedList(value: object): boolean {
  return Object.hasOwn(value, MARK);
}

function unpack([form, base64]: PackedList[typeof MARK]): number[] {
  const { buffer } = bytesOfBase64(base64);
  // Array.prototype.slice makes a plain list in native code, several times faster than a loop in the sandbox.
  const list = (typed: ArrayLike<number>): number[] => Array.prototype.slice.call(typed) as number[];
  switch (form) {
    case 'u16':
      return list(new Uint16Array(buffer));
    case 'u32':
      return list(new Uint32Array(buffer));
    case 'f32':
      return list(new Float32Array(buffer));
    case 'f64':
      return list(new Float64Array(buffer));
    case 'milli16': {
      const counts = list(new Uint16Array(buffer));
      for (let i = 0; i < counts.length; i++) counts[i] /= 1000;
      return counts;
    }
  }
}

function unpacked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    // A list that begins with a number holds nothing packed: only lists of numbers are that long.
    if (typeof value[0] !== 'object') return value;
    for (let i = 0; i < value.length; i++) value[i] = unpacked(value[i]);
    return value;
  }
  const record = value as Record<string, unknown>;
  if (isPackedList(record)) return unpack((value as PackedList)[MARK]);
  for (const key of Object.keys(record)) record[key] = unpacked(record[key]);
  return value;
}

/**
 * JSON of a plain value. Lists of 256 and more finite numbers, wherever they stand, are packed without loss; everything
 * else reads as `JSON.stringify` writes it.
 */
export function packedJson(value: unknown): string {
  return JSON.stringify(packed(value));
}

/** The value that `packedJson`, or plain `JSON.stringify`, was given: every list a plain `number[]` again. */
export function parsePackedJson(json: string): unknown {
  const value: unknown = JSON.parse(json);
  return json.includes(MARK) ? unpacked(value) : value;
}
