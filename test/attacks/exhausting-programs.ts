// Owns the programs that use up time or memory, with the limits they run into. Must never be run without a limit or a
// kill from outside.

import type { SandboxLimits } from '../../skills/sandbox/policy-sandbox.ts';
import type { Attack } from './attack-harness.ts';

export const LIMITS = {
  cpuMs: 150,
  memoryBytes: 8 * 1024 * 1024,
  calls: 50,
  argumentChars: 1_000_000,
  outputBytes: 10_000,
  outputLines: 100,
} as const satisfies SandboxLimits;

const FAR = 1_000_000_000;

export const NO_LIMITS = {
  cpuMs: FAR,
  memoryBytes: FAR,
  calls: FAR,
  argumentChars: FAR,
  outputBytes: FAR,
  outputLines: FAR,
} as const satisfies SandboxLimits;

export interface Bomb extends Attack {
  /** Codes it may end with: which limit comes first depends on the machine. */
  readonly ends: readonly string[];
  /** What it does once its limits are lifted: it never ends, or it gets more than its share. */
  readonly lifted: 'endless' | 'more memory' | 'more calls' | 'more arguments' | 'more output';
}

const endless = { caughtBy: [], ends: ['CPU_LIMIT'], lifted: 'endless' } as const;

export const BOMBS: readonly Bomb[] = [
  { ...endless, name: 'loops', source: 'while (true) {}' },
  {
    ...endless,
    name: 'catches everything, for ever',
    source: `while (true) {
  try {
    throw new Error();
  } catch {}
}`,
  },
  {
    ...endless,
    name: 'waits for itself without end',
    source: `async function again(): Promise<void> {
  await null;
  return again();
}
await again();`,
    ends: ['CPU_LIMIT', 'MEMORY_LIMIT'],
  },
  {
    ...endless,
    name: 'starts again whenever it is out of memory',
    source: `let kept: number[][] = [];
for (;;) {
  try {
    kept.push(new Array(100_000).fill(1));
  } catch {
    kept = [];
  }
}`,
  },
  {
    ...endless,
    name: 'goes to the end of the stack again and again',
    source: `function dive(n: number): number {
  return dive(n + 1) + 1;
}
for (;;) {
  try {
    dive(0);
  } catch {}
}`,
  },
  {
    ...endless,
    name: 'sorts inside the engine without end',
    source: `const many = Array.from({ length: 60_000 }, (_, i) => (i * 7919) % 100_003);
for (;;) many.sort().reverse();`,
  },
  {
    ...endless,
    name: 'searches text inside the engine for hours',
    source: `const text = 'a'.repeat(2_000_000);
const part = 'a'.repeat(500_000).concat('b');
for (;;) text.indexOf(part);`,
  },
  {
    ...endless,
    name: 'matches an expression that backtracks for ages',
    source: `console.log(/^(a+)+$/.test('a'.repeat(60).concat('b')));`,
  },
  {
    ...endless,
    name: 'multiplies numbers that are too long',
    source: `let power = 3n ** 200_000n;
for (;;) power = (power * power) >> 317_000n;`,
  },
  {
    ...endless,
    name: 'computes on while its error is described',
    source: `class Sticky extends Error {
  override get message(): string {
    for (;;);
  }
}
throw new Sticky();`,
  },
  {
    ...endless,
    name: 'computes on in a function that its own values make a promise of',
    source: `export function then(): void {
  for (;;);
}`,
    caughtBy: ['EXPORT', 'RESERVED_NAME'],
  },
  {
    name: 'fills buffers',
    source: `const kept: Uint8Array[] = [];
for (let i = 0; i < 8; i++) kept.push(new Uint8Array(2_000_000).fill(1));`,
    caughtBy: [],
    ends: ['MEMORY_LIMIT', 'CPU_LIMIT'],
    lifted: 'more memory',
  },
  {
    name: 'doubles a text',
    source: `let text = 'ab';
for (let i = 0; i < 23; i++) text = text.concat(text);
console.log(text.lastIndexOf('b'));`,
    caughtBy: [],
    ends: ['MEMORY_LIMIT', 'CPU_LIMIT'],
    lifted: 'more memory',
  },
  {
    name: 'fills a map',
    source: `const kept = new Map<number, number[]>();
for (let i = 0; i < 200_000; i++) kept.set(i, [i, i, i, i]);`,
    caughtBy: [],
    ends: ['MEMORY_LIMIT', 'CPU_LIMIT'],
    lifted: 'more memory',
  },
  {
    name: 'calls more often than it may',
    source: `for (let i = 0; i < 200; i++) {
  await getObjectPose('red cube');
}`,
    caughtBy: [],
    ends: ['CALL_LIMIT', 'CPU_LIMIT'],
    lifted: 'more calls',
  },
  {
    name: 'calls hundreds of times at once',
    source: `await Promise.all(Array.from({ length: 200 }, () => getObjectPose('red cube')));`,
    caughtBy: [],
    ends: ['CALL_LIMIT', 'CPU_LIMIT'],
    lifted: 'more calls',
  },
  {
    name: 'passes megabytes that the host must keep',
    source: `const text = 'x'.repeat(300_000);
for (let i = 0; i < 10; i++) {
  try {
    await say(text);
  } catch {}
}`,
    caughtBy: [],
    ends: ['ARGUMENT_LIMIT', 'CPU_LIMIT'],
    lifted: 'more arguments',
  },
  {
    name: 'prints without measure',
    source: `for (let i = 0; i < 1_000; i++) console.log('x'.repeat(100));`,
    caughtBy: [],
    ends: ['finished', 'CPU_LIMIT'],
    lifted: 'more output',
  },
];
