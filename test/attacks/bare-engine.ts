// Owns the controls' engine: QuickJS with the bridge but without the frozen world, and a host that believes what it is
// told. Everything here is wrong on purpose; it shows that the attacks are real. Must never be used outside of controls.

import { EvalFlags, type JSValueHandle, QuickJS } from 'quickjs-wasi';
import { apiFor, guestFunctions } from '../../skills/api/policy-api.ts';
import { BRIDGE_TEXT, GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { engineWasm } from '../../skills/sandbox/policy-process.ts';

const wasm = new WebAssembly.Module(engineWasm() as Uint8Array<ArrayBuffer>);

/** What of the bridge keeps a program from changing its world, and what stands in its place. */
const SOFTENINGS: readonly (readonly [string, string])[] = [
  ['hardenWorld([PolicyError.prototype]);', ''],
  ['{ value: Object.freeze(apiFunction) }', '{ value: apiFunction, writable: true, configurable: true }'],
];

function softBridge(): string {
  return SOFTENINGS.reduce((text, [hard, soft]) => {
    if (!text.includes(hard)) throw new Error(`the bridge has changed: the controls cannot soften "${hard}"`);
    return text.replace(hard, soft);
  }, BRIDGE_TEXT);
}

export interface BareBlock {
  readonly calls: { readonly name: string; readonly args: unknown[] }[];
  readonly prints: string[];
  /** What the thrown error says of itself; null when the block finished. */
  thrown: { readonly name: string; readonly message: string; readonly stage?: string; readonly line?: number } | null;
}

const BELIEVE = `(e) => JSON.stringify({ name: e.name, message: e.message, stage: e.stage, line: e.line })`;

/** Runs blocks one after the other in one unhardened world; every call is answered with `reply`. */
export async function runUnhardened(
  blocks: readonly string[],
  reply: (name: string, args: unknown[]) => unknown = () => null,
): Promise<BareBlock[]> {
  const modules = new Map(GUEST_MODULES.map(({ specifier, javascript }) => [specifier, javascript]));
  const vm = await QuickJS.create({
    wasm,
    moduleLoader: { normalize: (_from, specifier) => specifier, load: (specifier) => modules.get(specifier)! },
  });
  try {
    const bridge = await evaluate(vm, softBridge(), 'capstan:bridge');
    const queue: number[] = [];
    const made = new Map<number, BareBlock['calls'][number]>();
    let block: BareBlock = { calls: [], prints: [], thrown: null };
    const host = vm.newObject();
    const call = (id: JSValueHandle, name: JSValueHandle, args: JSValueHandle) => {
      const call = { name: name.toString(), args: JSON.parse(args.toString()) };
      queue.push(id.toNumber());
      made.set(id.toNumber(), call);
      block.calls.push(call);
      return vm.undefined;
    };
    const print = (_level: JSValueHandle, text: JSValueHandle) => {
      block.prints.push(text.toString());
      return vm.undefined;
    };
    vm.newFunction('call', call).consume((f) => host.setProp('call', f));
    vm.newFunction('print', print).consume((f) => host.setProp('print', f));
    const controls = vm.callFunction(bridge.getProp('installWorld'), vm.undefined, host);
    const control = (name: string, ...args: JSValueHandle[]) =>
      vm.callFunction(controls.getProp(name), vm.undefined, ...args);
    const functions = guestFunctions(apiFor({ tier: 'S1', arms: 1 }));
    control('begin', vm.newString(JSON.stringify({ functions, seed: 1 })));
    const done: BareBlock[] = [];
    for (const [i, javascript] of blocks.entries()) {
      block = { calls: [], prints: [], thrown: null };
      const promise = vm.evalCode(javascript, `block-${i + 1}`, EvalFlags.TYPE_MODULE);
      vm.executePendingJobs();
      for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
        const { name, args } = made.get(id)!;
        const json = JSON.stringify(reply(name, args) ?? null);
        control('settle', vm.newNumber(id), vm.newString('resolved'), vm.newString(json));
        vm.executePendingJobs();
      }
      const end = await vm.resolvePromise(promise);
      if ('error' in end) {
        const believe = vm.evalCode(BELIEVE, 'control', EvalFlags.TYPE_GLOBAL);
        block.thrown = JSON.parse(vm.callFunction(believe, vm.undefined, end.error).toString());
      } else {
        control('publish', end.value);
      }
      done.push(block);
    }
    return done;
  } finally {
    vm.dispose();
  }
}

async function evaluate(vm: QuickJS, text: string, name: string): Promise<JSValueHandle> {
  const evaluation = vm.evalCode(text, name, EvalFlags.TYPE_MODULE);
  vm.executePendingJobs();
  const result = await vm.resolvePromise(evaluation);
  if ('error' in result) throw new Error('the text does not run');
  return result.value;
}

/** The stack an error of this program has in the engine itself. */
export async function rawStackOf(javascript: string): Promise<string> {
  const vm = await QuickJS.create({ wasm });
  try {
    const promise = vm.evalCode(javascript, 'block-1', EvalFlags.TYPE_MODULE);
    vm.executePendingJobs();
    const end = await vm.resolvePromise(promise);
    if (!('error' in end)) throw new Error('the program threw nothing');
    return end.error.getProp('stack').toString();
  } finally {
    vm.dispose();
  }
}
