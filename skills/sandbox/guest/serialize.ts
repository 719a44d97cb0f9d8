// Owns the step from the arguments of a call to JSON. Runs inside the sandbox.
// Must never let NaN or an infinity cross, nor turn a mistake into silence.

/** Longest JSON of the arguments of one call, characters; the host takes no more either. */
const MAX_JSON_LENGTH = 4_000_000;
/** A key in a message is cut here. */
const MAX_KEY_LENGTH = 40;

/** A value that cannot cross; the message names where it stands. */
export class UnsendableValue extends TypeError {}

function whereText(parameters: readonly string[], path: readonly (string | number)[]): string {
  const [index, ...rest] = path;
  const name = parameters[index as number] ?? `argument ${(index as number) + 1}`;
  return rest.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${key.slice(0, MAX_KEY_LENGTH)}`),
    name,
  );
}

function plain(value: unknown, path: readonly (string | number)[], parameters: readonly string[]): unknown {
  const fail = (what: string) => {
    throw new UnsendableValue(`${whereText(parameters, path)} ${what}`);
  };
  if (path.length > 20) fail('is nested too deep or contains itself');
  switch (typeof value) {
    case 'number':
      if (!Number.isFinite(value)) fail(`is ${value}; numbers must be finite`);
      return value;
    case 'string':
    case 'boolean':
    case 'undefined':
      return value;
    case 'object':
      break;
    default:
      fail(`is a ${typeof value}; only plain values can be passed`);
  }
  if (value === null) return null;
  if (value instanceof Promise) fail('is a Promise; write `await` before the call that made it');
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = Array.from(value as unknown as ArrayLike<unknown>);
    // Lists of pixels have a hundred thousand entries: a path for each would cost seconds.
    if (items.every(Number.isFinite)) return items;
    return items.map((item, i) =>
      item === undefined ? fail(`has no entry ${i}`) : plain(item, [...path, i], parameters),
    );
  }
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value as object)) {
    if (item !== undefined)
      Object.defineProperty(copy, key, { value: plain(item, [...path, key], parameters), enumerable: true });
  }
  return copy;
}

/**
 * JSON array of the arguments; trailing undefined is dropped.
 * @throws UnsendableValue that names the parameter and what is wrong with it
 */
export function serializeArguments(parameters: readonly string[], args: readonly unknown[]): string {
  let count = args.length;
  while (count > 0 && args[count - 1] === undefined) count--;
  const json = JSON.stringify(args.slice(0, count).map((arg, i) => plain(arg, [i], parameters) ?? null));
  if (json.length > MAX_JSON_LENGTH) throw new UnsendableValue('the arguments are too large');
  return json;
}
