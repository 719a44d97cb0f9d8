// Owns the frozen world: no code from text, no shared memory, no clock of the machine, and built-ins that no program can
// change, so that a word means the same in every block of a session. Runs inside the sandbox, once, before any program.
// Must never run after a program has.

/** Globals a policy program has no use for, or that would reach beyond its own memory. */
const REMOVED_GLOBALS = [
  'eval',
  'Function',
  'WeakRef',
  'FinalizationRegistry',
  // The engine's own failures are of this class: a program that could make one could blame the engine.
  'InternalError',
  'SharedArrayBuffer',
  'Atomics',
  'Proxy',
  'Reflect',
  'performance',
  'DOMException',
  'atob',
  'btoa',
  'escape',
  'unescape',
  'queueMicrotask',
  'navigator',
  'gc',
];

/** Names that programs give to their own objects by plain assignment, which a frozen prototype would refuse. */
const ASSIGNABLE = ['toString', 'toLocaleString', 'valueOf', 'name', 'message', 'toJSON'];

type Bag = Record<PropertyKey, unknown>;

function codeFromText(): never {
  throw new TypeError('code cannot be made from text here');
}

/** Every object reachable from the roots by properties and prototypes. */
function reachable(roots: readonly unknown[]): Set<object> {
  const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
  const { ownKeys } = Reflect;
  const found = new Set<object>();
  const open = [...roots];
  while (open.length > 0) {
    const value = open.pop();
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || found.has(value)) continue;
    found.add(value);
    open.push(getPrototypeOf(value));
    for (const key of ownKeys(value)) {
      const descriptor = getOwnPropertyDescriptor(value, key)!;
      if ('value' in descriptor) open.push(descriptor.value);
      else open.push(descriptor.get, descriptor.set);
    }
  }
  return found;
}

/** Lets objects that inherit a frozen property still get one of their own by assignment, as ever. */
function allowOverride(target: object, key: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, key);
  if (!descriptor?.configurable || !('value' in descriptor)) return;
  const inherited: unknown = descriptor.value;
  const get = () => inherited;
  const set = function (this: unknown, value: unknown) {
    if (this === target || typeof this !== 'object' || this === null) throw new TypeError(`${key} is frozen`);
    Object.defineProperty(this, key, { value, writable: true, enumerable: true, configurable: true });
  };
  Object.defineProperty(target, key, { get: Object.freeze(get), set: Object.freeze(set) });
  Object.freeze(set.prototype);
}

/** One iterator of every kind: their prototypes have no global name. */
function iterators(world: Bag): unknown[] {
  const one = { next: () => ({ done: true, value: 0 }) };
  const statics = world.Iterator as Record<string, ((source: unknown) => object) | undefined>;
  const helper = [0].values() as unknown as Record<string, ((argument: unknown) => object) | undefined>;
  return [
    [].values(),
    new Map().entries(),
    new Set().values(),
    ''[Symbol.iterator](),
    ''.matchAll(/x/g),
    (function* () {})(),
    (async function* () {})(),
    statics.from?.(one),
    statics.concat?.([0]),
    statics.zip?.([[0]]),
    statics.zipKeyed?.({ a: [0] }),
    helper.map?.(() => 0),
    helper.chunks?.(1),
    helper.windows?.(1),
  ];
}

/** Freezes every built-in and removes what programs may not have. `extra` are the bridge's own objects. */
export function hardenWorld(extra: readonly unknown[]): void {
  const world = globalThis as unknown as Bag;
  const functionKinds = [
    () => {},
    async () => {},
    function* () {
      yield 0;
    },
    async function* () {
      yield 0;
    },
  ].map((sample) => Object.getPrototypeOf(sample) as object);
  for (const prototype of functionKinds) {
    Object.defineProperty(prototype, 'constructor', { value: codeFromText, writable: false, configurable: false });
  }
  // What would let a program rewrite the stacks its errors show, or learn the name of its own file.
  delete (Error as { captureStackTrace?: unknown }).captureStackTrace;
  for (const prototype of functionKinds) delete (prototype as Bag).fileName;
  Object.defineProperty(Error, 'prepareStackTrace', { value: undefined, writable: false, configurable: false });
  Object.defineProperty(Error, 'stackTraceLimit', { value: 32, writable: false, configurable: false });

  const internalError = (world.InternalError as ErrorConstructor).prototype;
  Object.defineProperty(internalError, 'constructor', { value: Error });
  const hidden = [...functionKinds, ...iterators(world), internalError];
  const removed = new Set(REMOVED_GLOBALS);
  const kept = Object.getOwnPropertyNames(world).filter((name) => !removed.has(name));
  const everything = reachable([...kept.map((name) => world[name]), ...hidden, ...extra]);
  for (const name of REMOVED_GLOBALS) delete world[name];
  everything.delete(globalThis);
  for (const object of everything) {
    if (typeof object === 'object') for (const key of ASSIGNABLE) allowOverride(object, key);
    Object.freeze(object);
  }
  for (const name of Object.getOwnPropertyNames(world)) {
    const descriptor = Object.getOwnPropertyDescriptor(world, name)!;
    if (descriptor.configurable) Object.defineProperty(world, name, { configurable: false, writable: false });
  }
}
