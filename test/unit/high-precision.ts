// Owns reference values for the mathematics: 300-bit fixed-point series on BigInt, from first principles. Slow and
// exact; shares nothing with the code it judges.

const BITS = 300n;
const ONE = 1n << BITS;

/** A double as a fixed-point number, exactly (for magnitudes above 2^-240). */
export function exactly(x: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const field = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = field === 0 ? fraction : fraction | (1n << 52n);
  const shift = BigInt(Math.max(field, 1) - 1075) + BITS;
  const magnitude = shift >= 0n ? mantissa << shift : mantissa >> -shift;
  return x < 0 ? -magnitude : magnitude;
}

/** The nearest double, good enough to say how large one unit in the last place is. */
export function toNumber(x: bigint): number {
  const magnitude = x < 0n ? -x : x;
  const extra = BigInt(Math.max(0, magnitude.toString(2).length - 64));
  const value = Number(magnitude >> extra) * 2 ** Number(extra - BITS);
  return x < 0n ? -value : value;
}

function multiply(a: bigint, b: bigint): bigint {
  return (a * b) >> BITS;
}

function divide(a: bigint, b: bigint): bigint {
  return (a << BITS) / b;
}

function root(x: bigint): bigint {
  const target = x << BITS;
  let r = BigInt(Math.floor(Math.sqrt(toNumber(x)) * 2 ** 50)) << (BITS - 50n);
  if (r === 0n) r = ONE;
  for (;;) {
    const next = (r + target / r) / 2n;
    if (next - r <= 1n && r - next <= 1n) return next;
    r = next;
  }
}

/** 1/n arc tangent by its power series, for Machin's formula. */
function atanOfInverse(n: bigint): bigint {
  let power = ONE / n;
  let sum = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += k % 4n === 1n ? power / k : -(power / k);
    power /= n * n;
  }
  return sum;
}

export const PI = 4n * (4n * atanOfInverse(5n) - atanOfInverse(239n));

function alternating(first: bigint, start: bigint, x: bigint): bigint {
  const square = multiply(x, x);
  let term = first;
  let sum = first;
  for (let k = start; term > 1n || term < -1n; k += 2n) {
    term = -multiply(term, square) / (k * (k + 1n));
    sum += term;
  }
  return sum;
}

export function sin(x: bigint): bigint {
  const r = x % (2n * PI);
  return alternating(r, 2n, r);
}

export function cos(x: bigint): bigint {
  return alternating(ONE, 1n, x % (2n * PI));
}

export function tan(x: bigint): bigint {
  return divide(sin(x), cos(x));
}

export function atan(x: bigint): bigint {
  if (x < 0n) return -atan(-x);
  if (x > ONE) return PI / 2n - atan(divide(ONE, x));
  // Halve the angle three times, then sum the power series.
  let t = x;
  for (let i = 0; i < 3; i++) t = divide(t, ONE + root(ONE + multiply(t, t)));
  const square = multiply(t, t);
  let power = t;
  let sum = 0n;
  for (let k = 1n; power > 1n; k += 2n) {
    sum += k % 4n === 1n ? power / k : -(power / k);
    power = multiply(power, square);
  }
  return 8n * sum;
}

export function asin(x: bigint): bigint {
  return atan(divide(x, root(ONE - multiply(x, x))));
}

export function acos(x: bigint): bigint {
  return PI / 2n - asin(x);
}

function lnOfRatio(s: bigint): bigint {
  // ln((1+s)/(1-s)) = 2 (s + s^3/3 + ...)
  const square = multiply(s, s);
  let power = s;
  let sum = 0n;
  for (let k = 1n; power > 1n || power < -1n; k += 2n) {
    sum += power / k;
    power = multiply(power, square);
  }
  return 2n * sum;
}

const LN2 = lnOfRatio(ONE / 3n);

export function log(x: bigint): bigint {
  const exponent = BigInt(x.toString(2).length) - BITS - 1n;
  const mantissa = exponent >= 0n ? x >> exponent : x << -exponent;
  return exponent * LN2 + lnOfRatio(divide(mantissa - ONE, mantissa + ONE));
}

export function exp(x: bigint): bigint {
  const k = x / LN2;
  const r = (x - k * LN2) >> 8n;
  let term = ONE;
  let sum = ONE;
  for (let n = 1n; term > 1n || term < -1n; n++) {
    term = multiply(term, r) / n;
    sum += term;
  }
  for (let i = 0; i < 8; i++) sum = multiply(sum, sum);
  return k >= 0n ? sum << k : sum >> -k;
}

export function cbrt(x: bigint): bigint {
  return x < 0n ? -cbrt(-x) : exp(log(x) / 3n);
}

export function tanh(x: bigint): bigint {
  const e = exp(2n * x);
  return divide(e - ONE, e + ONE);
}
