// Owns the inside of the sandbox: the API functions, the console, the frozen world that policy programs see. Bundled into
// one text that runs in QuickJS before any program. Must never hand a program a way to make code from text, to reach the
// host other than through the functions of the API, or to change what this file relies on: after hardenWorld every
// built-in it uses is frozen, and its own state lives in closures.

import { createRandomStream } from '../../../sim/random.ts';
import { parsePackedJson } from '../packed-json.ts';
import { formatValues } from './format.ts';
import { hardenWorld } from './harden.ts';
import { serializeArguments, UnsendableValue } from './serialize.ts';

/** What the host gives in. `frames`: one line per frame, innermost first, "function\tfile\tline\tcolumn". */
interface HostFunctions {
  call(id: number, name: string, argsJson: string, frames: string): void;
  print(level: string, text: string, frames: string): void;
}

interface WorldOptions {
  readonly functions: readonly { readonly name: string; readonly parameters: readonly string[] }[];
  readonly seed: number;
}

interface CallSite {
  getFunctionName(): string | null;
  getFileName(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
}

interface PolicyErrorFields {
  readonly code: string;
  readonly stage: string;
  readonly message: string;
  readonly hint: string;
  readonly motion?: unknown;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly stack: string;
}

const BRIDGE_FILE = 'capstan:bridge';
const RANDOM_PURPOSE = 'policy program';
const AT = '    at ';
/** Longest stack of an error; one that overflowed the engine's stack is this long. */
const MAX_STACK_LINES = 32;
const CONSOLE_LEVELS = ['log', 'info', 'warn', 'error', 'debug'];

// The stack hook and the true stack of an error are taken before they are closed to programs.
const setStackHook = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')!.set!.bind(Error);
const trueStack = Object.getOwnPropertyDescriptor(Error.prototype, 'stack')!.get!;
const enginesOwnPrototype = (globalThis as unknown as { InternalError: ErrorConstructor }).InternalError.prototype;
const nativeStackTraceLimit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')!.set!.bind(Error);

/** Names of the blocks by the names their files have in the engine, which no program knows: see `genuineStack`. */
const blockOfFile = new Map<string, string>();

function plainName(name: string): string {
  return name.slice(0, 80).replace(/[^\w$.<> -]/g, '?');
}

/** The stack as the engine knows it, whatever the functions on it are named. */
function currentFrames(): string {
  let text = '';
  setStackHook((_error: unknown, sites: readonly CallSite[]) => {
    for (const site of sites) {
      const file = site.getFileName();
      if (file === null || file === BRIDGE_FILE) continue;
      const name = plainName(site.getFunctionName() ?? '');
      const block = blockOfFile.get(file) ?? file;
      text += `${name}\t${block}\t${site.getLineNumber() ?? 0}\t${site.getColumnNumber() ?? 0}\n`;
    }
    return '';
  });
  try {
    new Error(); // making it runs the hook
  } finally {
    setStackHook(undefined);
  }
  return text;
}

/**
 * The stack of an error without the lines that are none of the engine's: a function can be named so that it looks like
 * a frame, but every true frame ends in the name of its file.
 */
function genuineStack(error: unknown): string {
  const raw: unknown = trueStack.call(error);
  let text = '';
  for (const line of typeof raw === 'string' ? raw.split('\n') : []) {
    // A function's name may be of any length; the place stands behind it.
    const place = /(?:^| |\()([\w:#-]+):(\d+):(\d+)\)?$/.exec(line.slice(-200));
    if (!place) continue;
    const [whole, file, lineText, column] = place;
    const block = blockOfFile.get(file) ?? (file.startsWith('capstan:') ? file : undefined);
    if (block === undefined || block === BRIDGE_FILE) continue;
    const name = line.startsWith(AT) ? line.slice(AT.length, -whole.length).trimEnd() : '?';
    text += `${AT}${plainName(name) || '<anonymous>'} (${block}:${lineText}:${column})\n`;
  }
  return text;
}

class PolicyError extends Error {
  readonly code: string;
  readonly stage: string;
  readonly hint: string;
  readonly result: unknown;

  constructor(fields: PolicyErrorFields) {
    super(fields.message);
    this.code = fields.code;
    this.stage = fields.stage;
    this.hint = fields.hint;
    this.result = fields.motion;
  }
}
Object.defineProperty(PolicyError.prototype, 'name', { value: 'PolicyError', configurable: true, writable: true });

/** `new PolicyError()` is the bridge's alone; programs see a class that only `instanceof` can use. */
function PolicyErrorForPrograms(): never {
  throw new TypeError('PolicyError is thrown by the functions of the robot; throw an Error of your own');
}
PolicyErrorForPrograms.prototype = PolicyError.prototype;
Object.defineProperty(PolicyErrorForPrograms, 'name', { value: 'PolicyError' });

function stackOfFrames(frames: string): string {
  return frames.replace(/^(.*)\t(.*)\t(\d+)\t(\d+)$/gm, '    at $1 ($2:$3:$4)');
}

/**
 * Whether the engine itself has failed, whatever the message says: out of memory is of a class that programs cannot
 * make; a length that is too large comes out of a native function, and a stack that overflowed is a long one.
 */
function isEnginesOwn(thrown: Error): boolean {
  const prototype: unknown = Object.getPrototypeOf(thrown);
  if (prototype === enginesOwnPrototype) return true;
  const raw: unknown = trueStack.call(thrown);
  if (prototype !== RangeError.prototype || typeof raw !== 'string') return false;
  const lines = raw.split('\n').filter((line) => line !== '');
  return lines.length >= MAX_STACK_LINES || /^ {4}at [\w.]+ \(native\)$/.test(lines[0] ?? '');
}

function describe(thrown: unknown): Record<string, unknown> {
  if (!(thrown instanceof Error)) {
    return { name: 'Error', message: `the program threw ${formatValues([thrown])}, which is no Error`, stack: '' };
  }
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 4000) : '');
  const genuine = genuineErrors.get(thrown);
  if (genuine) return { name: 'PolicyError', ...genuine, message: text(genuine.message) };
  return {
    name: text(thrown.name) || 'Error',
    message: text(thrown.message),
    stack: genuineStack(thrown),
    madeBy: isEnginesOwn(thrown) ? 'engine' : 'program',
  };
}

/**
 * What the host said, and where the call was made that it answered: a program may write what it likes into the error
 * itself, or make one that looks like it.
 */
const genuineErrors = new WeakMap<Error, PolicyErrorFields & { readonly stack: string }>();

function policyError(fields: PolicyErrorFields, frames: string): PolicyError {
  const error = new PolicyError(fields);
  const stack = stackOfFrames(frames);
  genuineErrors.set(error, { ...fields, stack });
  Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true });
  return error;
}

/** What the host may do inside; never reachable from a program. */
export interface GuestControls {
  /** Adds what differs from session to session: the functions of the API, and the seed. Once, before any program. */
  begin(optionsJson: string): void;
  /** Makes the name under which a block's file is known to the engine known as that block's. */
  admit(fileName: string, blockName: string): void;
  /** Answers call `id`; `json` is the result, long lists packed ('' for nothing), or the fields of the error. */
  settle(id: number, outcome: 'resolved' | 'rejected', json: string): void;
  /** Makes the top-level names of a finished block global for the next ones. */
  publish(blockNamespace: object): void;
  /** JSON of an error a block ended with. */
  describeThrown(thrown: unknown): string;
  /** Where the program is now, as calls name it. */
  frames(): string;
}

/** Builds the frozen world that every session starts from. */
export function installWorld(host: HostFunctions): GuestControls {
  const { call, print } = host;
  const world = globalThis as unknown as Record<string, unknown>;
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let random = createRandomStream(0, RANDOM_PURPOSE);
  nativeStackTraceLimit(MAX_STACK_LINES);
  const setStack = Object.getOwnPropertyDescriptor(Error.prototype, 'stack')!.set;
  Object.defineProperty(Error.prototype, 'stack', {
    get(this: unknown) {
      return genuineStack(this);
    },
    set: setStack,
  });

  const apiFunctions = new WeakSet<object>();
  /** Where `then` was given the function that runs now; empty for functions that were called by the program. */
  let placeOfThen = '';

  /** A function of the API that a promise will call itself has no program below it then: it takes its place along. */
  function withPlace(callback: unknown): unknown {
    if (typeof callback !== 'function' || !apiFunctions.has(callback)) return callback;
    const place = currentFrames();
    return (value: unknown): unknown => {
      placeOfThen = place;
      try {
        return callback(value);
      } finally {
        placeOfThen = '';
      }
    };
  }

  // `await` does not come through here: only programs that write `then` and its like pay for the look.
  const nativeThen = Promise.prototype.then as (this: unknown, ...callbacks: unknown[]) => unknown;
  const { then } = {
    // biome-ignore lint/suspicious/noThenProperty: a method, so that like the native one it is no constructor
    then(this: unknown, onFulfilled: unknown, onRejected: unknown): unknown {
      return nativeThen.call(this, withPlace(onFulfilled), withPlace(onRejected));
    },
  };
  Object.defineProperty(Promise.prototype, 'then', { value: then, writable: true, configurable: true });

  function callApi(name: string, parameters: readonly string[], args: readonly unknown[]): Promise<unknown> {
    const frames = currentFrames() || placeOfThen;
    return new Promise((resolve, reject) => {
      let argsJson: string;
      try {
        argsJson = serializeArguments(parameters, args);
      } catch (error) {
        if (!(error instanceof UnsendableValue)) throw error;
        const message = `${name}: ${error.message}. Nothing moved.`;
        const hint = `Call it as ${name}(${parameters.join(', ')}).`;
        reject(policyError({ code: 'INVALID_ARGUMENT', stage: 'code', message, hint }, frames));
        return;
      }
      const id = ++lastId;
      pending.set(id, { resolve, reject, stack: frames });
      call(id, name, argsJson, frames);
    });
  }

  const consoleObject: Record<string, unknown> = {};
  for (const level of CONSOLE_LEVELS) {
    consoleObject[level] = (...values: unknown[]) => print(level, formatValues(values), currentFrames());
  }
  world.console = consoleObject;
  world.PolicyError = PolicyErrorForPrograms;
  Object.defineProperty(Math, 'random', { value: () => random.next() });
  hardenWorld([PolicyError.prototype]);

  return {
    begin(optionsJson) {
      const { functions, seed } = JSON.parse(optionsJson) as WorldOptions;
      random = createRandomStream(seed, RANDOM_PURPOSE);
      for (const { name, parameters } of functions) {
        const apiFunction = { [name]: (...args: unknown[]) => callApi(name, parameters, args) }[name];
        apiFunctions.add(apiFunction);
        Object.defineProperty(world, name, { value: Object.freeze(apiFunction) });
      }
    },
    admit(fileName, blockName) {
      blockOfFile.set(fileName, blockName);
    },
    settle(id, outcome, json) {
      const waiting = pending.get(id);
      if (!waiting) return;
      pending.delete(id);
      if (outcome === 'resolved') waiting.resolve(json === '' ? undefined : parsePackedJson(json));
      else waiting.reject(policyError(JSON.parse(json) as PolicyErrorFields, waiting.stack));
    },
    publish(blockNamespace) {
      const { $assign, ...names } = Object.getOwnPropertyDescriptors(blockNamespace) as Record<
        string,
        PropertyDescriptor
      >;
      const setters = ($assign?.value ?? {}) as Record<string, ((value: unknown) => void) | undefined>;
      for (const name of Object.keys(names)) {
        Object.defineProperty(world, name, {
          configurable: true,
          enumerable: true,
          get: () => (blockNamespace as Record<string, unknown>)[name],
          set: Object.hasOwn(setters, name) ? setters[name] : undefined,
        });
      }
    },
    describeThrown: (thrown) => JSON.stringify(describe(thrown)),
    frames: currentFrames,
  };
}
