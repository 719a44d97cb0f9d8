// Owns the figures of what programs import and of the largest results they get: sizes, times and memory inside the sandbox,
// and what a depth image costs on its way in, packed and as plain JSON.

import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { packedJson } from '../../skills/sandbox/packed-json.ts';
import { engineWasm } from '../../skills/sandbox/policy-process.ts';
import { DEFAULT_LIMITS, type PolicySandbox, type SandboxModule } from '../../skills/sandbox/policy-sandbox.ts';
import { ProcessSandbox } from '../../skills/sandbox/process-sandbox.ts';
import { QuickJsSandbox } from '../../skills/sandbox/quickjs-sandbox.ts';
import { type Figure, median } from './figure.ts';

const REPEATS = 7;

/** A depth image of the size that programs see, whole millimetres. */
const PIXELS = 480 * 360;

/** What a program that uses a module does with it. */
const USES: Record<string, string> = {
  'capstan:linalg': "import { solve } from 'capstan:linalg';\nconsole.log(solve([[2, 1], [1, 3]], [1, 2]));",
  'capstan:geometry':
    "import { area, difference, rectangle } from 'capstan:geometry';\nconsole.log(area(difference(rectangle([0, 0], 2, 2), rectangle([0, 0], 1, 1))));",
  'capstan:skills': "import { normalizeVector } from 'capstan:skills';\nconsole.log(normalizeVector([3, 4]));",
};

function sessionWith(modules: readonly SandboxModule[]) {
  return { seed: 0, functions: [{ name: 'look', parameters: [] }], modules, limits: DEFAULT_LIMITS };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function run(sandbox: PolicySandbox, blockName: string, javascript: string, resultJson = '') {
  const outcome = await sandbox.run({ blockName, javascript }, async () => ({ ok: true, resultJson }));
  if (outcome.status === 'failed') throw new Error(`${blockName}: ${outcome.error.message}`);
  return outcome;
}

async function measureModule(sandbox: QuickJsSandbox, module: SandboxModule): Promise<Figure[]> {
  const [first, later, memory]: number[][] = [[], [], []];
  for (let i = 0; i < REPEATS; i++) {
    await sandbox.open(sessionWith(GUEST_MODULES));
    const bare = (await run(sandbox, 'block-1', '1;')).usage.memoryBytes;
    const without = await timed(() => run(sandbox, 'block-2', "console.log('1');"));
    const source = USES[module.specifier];
    first.push((await timed(() => run(sandbox, 'block-3', source))) - without);
    const { usage } = await run(sandbox, 'block-4', source);
    later.push(usage.cpuMs);
    memory.push(usage.memoryBytes - bare);
  }
  const name = module.specifier;
  return [
    { what: `${name}: text`, value: module.javascript.length / 1000, unit: 'kB' },
    { what: `${name}: first import and one use`, value: median(first), unit: 'ms' },
    { what: `${name}: a later import and one use`, value: median(later), unit: 'ms' },
    { what: `${name}: memory`, value: median(memory) / 1000, unit: 'kB' },
  ];
}

async function openCost(modules: readonly SandboxModule[]): Promise<number> {
  const sandbox = new ProcessSandbox({ spare: 'none' });
  try {
    await sandbox.open(sessionWith(modules));
    const times: number[] = [];
    for (let i = 0; i < REPEATS; i++) times.push(await timed(() => sandbox.open(sessionWith(modules))));
    return median(times);
  } finally {
    await sandbox.dispose();
  }
}

/** Milliseconds of one call that answers with a depth image, writing and reading included. */
async function imageCost(sandbox: PolicySandbox, write: (value: unknown) => string): Promise<number> {
  const depthM = Array.from({ length: PIXELS }, (_, i) => Math.round(700 + 200 * Math.cos(i / 999) + (i % 7)) / 1000);
  const calls = 5;
  const times: number[] = [];
  try {
    await sandbox.open(sessionWith([]));
    const javascript = `for (let i = 0; i < ${calls}; i++) if ((await look()).depthM.length !== ${PIXELS}) throw new Error('lost');`;
    for (let i = 0; i < REPEATS; i++) {
      const started = performance.now();
      const outcome = await sandbox.run({ blockName: `block-${i}`, javascript }, async () => ({
        ok: true,
        resultJson: write({ depthM }),
      }));
      if (outcome.status === 'failed') throw new Error(outcome.error.message);
      times.push((performance.now() - started) / calls);
    }
    return median(times);
  } finally {
    await sandbox.dispose();
  }
}

export async function measureSandboxModules(): Promise<Figure[]> {
  const wasm = new WebAssembly.Module(engineWasm() as Uint8Array<ArrayBuffer>);
  const sandbox = new QuickJsSandbox({ wasm });
  await sandbox.warm();
  const figures: Figure[] = [];
  for (const module of GUEST_MODULES) {
    if (USES[module.specifier] !== undefined) figures.push(...(await measureModule(sandbox, module)));
  }
  await sandbox.dispose();
  const [none, all] = [await openCost([]), await openCost(GUEST_MODULES)];
  figures.push({
    what: 'a session that may import them all, opened in its process',
    value: all,
    unit: 'ms',
    note: `${none.toPrecision(3)} ms with no modules`,
  });
  for (const [where, make] of [
    ['in this process', () => new QuickJsSandbox({ wasm })],
    ['across the process', () => new ProcessSandbox({ spare: 'none' })],
  ] as const) {
    const plain = await imageCost(make(), (value) => JSON.stringify(value));
    figures.push({
      what: `480 x 360 depths as the result of a call, ${where}`,
      value: await imageCost(make(), packedJson),
      unit: 'ms',
      note: `${plain.toPrecision(3)} ms as plain JSON`,
    });
  }
  return figures;
}
