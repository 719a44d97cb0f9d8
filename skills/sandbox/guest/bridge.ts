// Owns the inside of the sandbox: the API functions, the console, the frozen world that policy programs see. Bundled into
// one text that runs in QuickJS before any program. Must never hand a program a way to make code from text, to reach the
// host other than through the functions of the API, or to change what this file relies on: after hardenWorld every
// built-in it uses is frozen, and its own state lives in closures.

import { createRandomStream } from '../../../sim/random.ts';
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
const CONSOLE_LEVELS = ['log', 'info', 'warn', 'error', 'debug'];

// The stack hook and the true stack of an error are taken before they are closed to programs.
const setStackHook = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')!.set!.bind(Error);
const trueStack = Object.getOwnPropertyDescriptor(Error.prototype, 'stack')!.get!;
const nativeStackTraceLimit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')!.set!.bind(Error);

/** The stack as the engine knows it, whatever the functions on it are named. */
function currentFrames(): string {
  let text = '';
  setStackHook((_error: unknown, sites: readonly CallSite[]) => {
    for (const site of sites) {
      const file = site.getFileName();
      if (file === null || file === BRIDGE_FILE) continue;
      const name = (site.getFunctionName() ?? '').slice(0, 80).replace(/[^\w$.<> -]/g, '?');
      text += `${name}\t${file}\t${site.getLineNumber() ?? 0}\t${site.getColumnNumber() ?? 0}\n`;
    }
    return '';
  });
  new Error(); // making it runs the hook
  setStackHook(undefined);
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

function describe(thrown: unknown): Record<string, unknown> {
  if (!(thrown instanceof Error)) {
    return { name: 'Error', message: `the program threw ${formatValues([thrown])}, which is no Error`, stack: '' };
  }
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 4000) : '');
  const isPolicyError = thrown instanceof PolicyError;
  const given = isPolicyError ? pendingStacks.get(thrown) : undefined;
  return {
    name: text(thrown.name) || 'Error',
    message: text(thrown.message),
    stack: text(given ?? trueStack.call(thrown)),
    ...(isPolicyError && { code: thrown.code, stage: thrown.stage, hint: thrown.hint, motion: thrown.result }),
  };
}

/** Where the call was made that a PolicyError answers: the error itself is made when the answer comes. */
const pendingStacks = new WeakMap<Error, string>();

function policyError(fields: PolicyErrorFields, frames: string): PolicyError {
  const error = new PolicyError(fields);
  const stack = stackOfFrames(frames);
  pendingStacks.set(error, stack);
  Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true });
  return error;
}

/** What the host may do inside; never reachable from a program. */
export interface GuestControls {
  /** Answers call `id`; `json` is the result ('' for nothing) or the fields of the error. */
  settle(id: number, outcome: 'resolved' | 'rejected', json: string): void;
  /** Makes the top-level names of a finished block global for the next ones. */
  publish(blockNamespace: object): void;
  /** JSON of an error a block ended with. */
  describeThrown(thrown: unknown): string;
  /** Where the program is now, as calls name it. */
  frames(): string;
}

/** Builds the world of a session and freezes it. */
export function installWorld(host: HostFunctions, optionsJson: string): GuestControls {
  const options = JSON.parse(optionsJson) as WorldOptions;
  const { call, print } = host;
  const world = globalThis as unknown as Record<string, unknown>;
  const pending = new Map<number, Pending>();
  let lastId = 0;
  nativeStackTraceLimit(32);

  function callApi(name: string, parameters: readonly string[], args: readonly unknown[]): Promise<unknown> {
    const frames = currentFrames();
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

  for (const { name, parameters } of options.functions) {
    const apiFunction = { [name]: (...args: unknown[]) => callApi(name, parameters, args) }[name];
    Object.defineProperty(world, name, { value: apiFunction, configurable: true });
  }
  const consoleObject: Record<string, unknown> = {};
  for (const level of CONSOLE_LEVELS) {
    consoleObject[level] = (...values: unknown[]) => print(level, formatValues(values), currentFrames());
  }
  world.console = consoleObject;
  world.PolicyError = PolicyErrorForPrograms;
  const random = createRandomStream(options.seed, 'policy program');
  Object.defineProperty(Math, 'random', { value: () => random.next() });
  hardenWorld([PolicyError.prototype]);

  return {
    settle(id, outcome, json) {
      const waiting = pending.get(id);
      if (!waiting) return;
      pending.delete(id);
      if (outcome === 'resolved') waiting.resolve(json === '' ? undefined : JSON.parse(json));
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
