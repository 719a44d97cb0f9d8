import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTraceHash, type TraceHash } from '../../sim/trace-hash.ts';

const SEED = Number(process.env.CAPSTAN_TEST_SEED);

type Step = { readonly tick: readonly [number[], number[], number[]] } | { readonly call: readonly string[] };

const hashOf = (steps: readonly Step[]): string => {
  const hash = createTraceHash();
  for (const step of steps) add(hash, step);
  return hash.digestHex();
};

const add = (hash: TraceHash, step: Step) => {
  if ('tick' in step)
    hash.tick(...(step.tick.map((part) => Float64Array.from(part)) as [Float64Array, Float64Array, Float64Array]));
  else hash.call(step.call[0], step.call[1], step.call[2]);
};

const numbers = fc.array(fc.double(), { maxLength: 3 });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ tick: fc.tuple(numbers, numbers, numbers) }),
  fc.record({ call: fc.array(fc.string({ unit: 'binary', maxLength: 4 }), { minLength: 3, maxLength: 3 }) }),
);
const key = (steps: readonly Step[]) =>
  JSON.stringify(steps, (_key, value) => {
    if (typeof value !== 'number') return value;
    return Object.is(value, -0) ? '-0' : String(value);
  });

describe('the trace hash', () => {
  it('hashes exactly the documented bytes', () => {
    const bytes = Buffer.alloc(16 + 1 + 12 + 24 + 1 + 3 * 4 + 4 + 4 + 4);
    let at = bytes.write('capstan-trace-1\n');
    at = bytes.writeUInt8(1, at);
    for (const length of [2, 1, 0]) at = bytes.writeUInt32LE(length, at);
    for (const value of [0.1, -0, 5e-324]) at = bytes.writeDoubleLE(value, at);
    at = bytes.writeUInt8(2, at);
    for (const text of ['home', '[12]', 'null']) {
      at = bytes.writeUInt32LE(text.length, at);
      at += bytes.write(text, at);
    }
    expect(at).toBe(bytes.length);
    const steps: Step[] = [{ tick: [[0.1, -0], [5e-324], []] }, { call: ['home', '[12]', 'null'] }];
    expect(hashOf(steps)).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('differs for any two different sequences of ticks and calls', () => {
    const sequences = fc.array(anyStep, { maxLength: 3 });
    fc.assert(
      fc.property(sequences, sequences, (a, b) => (hashOf(a) === hashOf(b)) === (key(a) === key(b))),
      { seed: SEED, numRuns: 500 },
    );
  });

  it.each<[string, Step[], Step[]]>([
    ['a number that moves from positions to velocities', [{ tick: [[1, 2], [], []] }], [{ tick: [[1], [2], []] }]],
    ['a letter that moves from name to arguments', [{ call: ['ab', 'c', ''] }], [{ call: ['a', 'bc', ''] }]],
    ['the sign of zero', [{ tick: [[0], [], []] }], [{ tick: [[-0], [], []] }]],
    ['the last bit of a number', [{ tick: [[0.3], [], []] }], [{ tick: [[0.1 + 0.2], [], []] }]],
    [
      'the order of two steps',
      [{ call: ['a', '', ''] }, { tick: [[], [], []] }],
      [{ tick: [[], [], []] }, { call: ['a', '', ''] }],
    ],
    ['an empty tick', [], [{ tick: [[], [], []] }]],
  ])('notices %s', (_name, a, b) => {
    expect(hashOf(a)).not.toBe(hashOf(b));
  });

  it('does not care which bits a NaN has', () => {
    const odd = new Float64Array(1);
    new DataView(odd.buffer).setBigUint64(0, 0xfff8dead_beef0001n, true);
    const first = createTraceHash();
    first.tick(odd, odd, odd);
    const second = createTraceHash();
    second.tick(Float64Array.of(Number.NaN), Float64Array.of(Number.NaN), Float64Array.of(Number.NaN));
    expect(first.digestHex()).toBe(second.digestHex());
  });

  it('may be read at any time without changing what follows', () => {
    const read = createTraceHash();
    const unread = createTraceHash();
    for (const hash of [read, unread]) hash.call('a', '[]', '1');
    expect(read.digestHex()).toBe(read.digestHex());
    for (const hash of [read, unread]) hash.tick(new Float64Array(400), new Float64Array(400), new Float64Array(8));
    expect(read.digestHex()).toBe(unread.digestHex());
  });
});
