// Owns the inputs on which JavaScript engines are compared, and the digest of what sim/portable-math.ts must give for
// them, bit for bit. Runs anywhere: no Node, no test runner.

import * as portable from '../../sim/portable-math.ts';

export const PINNED_FUNCTIONS = {
  sin: portable.sin,
  cos: portable.cos,
  tan: portable.tan,
  atan: portable.atan,
  asin: portable.asin,
  acos: portable.acos,
  exp: portable.exp,
  log: portable.log,
  cbrt: portable.cbrt,
  tanh: portable.tanh,
} as const;

/** Exact outputs, as the sixteen hexadecimal digits of the double. */
export const PINNED_BITS: readonly (readonly [name: keyof typeof PINNED_FUNCTIONS, x: number, bits: string])[] = [
  ['sin', 0.1, '3fb98eaecb8bcb2c'],
  ['sin', 1, '3feaed548f090cee'],
  ['sin', 3, '3fc210386db6d55b'],
  ['sin', -2.5, 'bfe326af0dcfcab0'],
  ['sin', 100, 'bfe03425b78c4db8'],
  ['cos', 0.1, '3fefd712f9a817c1'],
  ['cos', 1, '3fe14a280fb5068c'],
  ['cos', 3, 'bfefae04be85e5d2'],
  ['cos', -2.5, 'bfe9a2f7ef858b7d'],
  ['cos', 100, '3feb981dbf665fdf'],
  ['tan', 1, '3ff8eb245cbee3a5'],
  ['tan', -1.5, 'c02c33ed50b88778'],
  ['atan', 0.3, '3fd2a73a661eaf06'],
  ['atan', 0.5, '3fddac670561bb4f'],
  ['atan', 1, '3fe921fb54442d18'],
  ['atan', 2, '3ff1b6e192ebbe44'],
  ['atan', -7, 'bff6dcc57bb565fd'],
  ['asin', 0.3, '3fd380159e14f6ff'],
  ['asin', -0.9, 'bff1ea93705fa172'],
  ['acos', 0.3, '3ff441f5ecbeef58'],
  ['acos', -0.9, '400586476251e745'],
  ['exp', 1, '4005bf0a8b14576a'],
  ['exp', -1, '3fd78b56362cef38'],
  ['exp', 10.5, '40e1bb7015e84d3b'],
  ['exp', -300, '24e245639c3a49f7'],
  ['log', 2, '3fe62e42fefa39ef'],
  ['log', 10, '40026bb1bbb55516'],
  ['log', 0.001, 'c01ba18a998fffa0'],
  ['log', 1e200, '407cc845b54b54f2'],
  ['cbrt', 2, '3ff428a2f98d728b'],
  ['cbrt', -100, 'c01290fca9c761f8'],
  ['tanh', 0.01, '3f847ab48ae4595e'],
  ['tanh', 0.5, '3fdd9353d7568af4'],
  ['tanh', -2, 'bfeed9505e1bc3d3'],
];

/** What `digestOfAllFunctions` gives on every engine. */
export const PINNED_DIGEST = '1495dd756c5eeff5';

/** The bits of a double, as sixteen hexadecimal digits. */
export function bitsOf(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

/**
 * FNV-1a (64 bits) over the bits of every function at many thousand points that need only + - * / to write down.
 */
export function digestOfAllFunctions(): string {
  const view = new DataView(new ArrayBuffer(8));
  let hash = 0xcbf29ce484222325n;
  const take = (value: number) => {
    view.setFloat64(0, Number.isNaN(value) ? Number.NaN : value);
    hash = ((hash ^ view.getBigUint64(0)) * 0x100000001b3n) & 0xffffffffffffffffn;
  };
  for (let i = -2000; i <= 2000; i++) {
    const x = i / 97;
    take(portable.sin(x * 13));
    take(portable.cos(x * 13));
    take(portable.tan(x));
    take(portable.atan(x));
    take(portable.atan2(x, 1 - x * x));
    take(portable.asin(i / 2000));
    take(portable.acos(i / 2000));
    take(portable.exp(x * 34));
    take(portable.log(x * x + 1e-12));
    take(portable.pow(x * x + 0.01, x / 3));
    take(portable.pow(x, i % 70));
    take(portable.cbrt(x * x * x - 1));
    take(portable.tanh(x));
    take(portable.hypot(x, 1 / (i + 0.5), 3));
  }
  return hash.toString(16).padStart(16, '0');
}
