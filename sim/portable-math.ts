// Owns the transcendental functions of everything whose result enters a trace hash. They are built from + - * / and
// sqrt alone, which IEEE 754 fixes to the last bit, so Node, Chromium and Electron agree. Must never call Math.sin and
// its like: JavaScript engines differ in their last bits.
//
// Polynomials and reduction constants: the minimax coefficients of fdlibm (Sun Microsystems, 1993, freely usable).

const PI_OVER_2_HIGH = 1.5707963267341256; // first 33 bits of pi/2: n * this is exact for |n| < 2^20
const PI_OVER_2_LOW = 6.077100506506192e-11; // pi/2 - PI_OVER_2_HIGH
const TWO_OVER_PI = 0.6366197723675814;
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const INVERSE_LN2 = Math.LOG2E;

const TWO_TO_1000 = 1.0715086071862673e301;

const bits = new DataView(new ArrayBuffer(8));

function sinKernel(x: number): number {
  const z = x * x;
  const r =
    0.00833333333332249 +
    z *
      (-0.0001984126982985795 +
        z * (0.0000027557313707070068 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
  return x + z * x * (-0.16666666666666632 + z * r);
}

function cosKernel(x: number): number {
  const z = x * x;
  const r =
    z *
    (0.0416666666666666 +
      z *
        (-0.001388888888887411 +
          z *
            (0.00002480158728947673 +
              z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11)))));
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (1 - w - half + z * r);
}

/** Quadrant (0..3) and remainder in [-pi/4, pi/4] of an angle in radians. */
function reduce(x: number): { quadrant: number; remainder: number } {
  const n = Math.round(x * TWO_OVER_PI);
  const remainder = x - n * PI_OVER_2_HIGH - n * PI_OVER_2_LOW;
  return { quadrant: ((n % 4) + 4) % 4, remainder };
}

/** Sine of an angle in radians. Error below 1e-15 for |x| < 1e5; NaN for a value that is not finite. */
export function sin(x: number): number {
  if (x === 0) return x;
  const { quadrant, remainder } = reduce(x);
  switch (quadrant) {
    case 0:
      return sinKernel(remainder);
    case 1:
      return cosKernel(remainder);
    case 2:
      return -sinKernel(remainder);
    case 3:
      return -cosKernel(remainder);
    default:
      return Number.NaN;
  }
}

/** Cosine of an angle in radians. Error below 1e-15 for |x| < 1e5; NaN for a value that is not finite. */
export function cos(x: number): number {
  const { quadrant, remainder } = reduce(x);
  switch (quadrant) {
    case 0:
      return cosKernel(remainder);
    case 1:
      return -sinKernel(remainder);
    case 2:
      return -cosKernel(remainder);
    case 3:
      return sinKernel(remainder);
    default:
      return Number.NaN;
  }
}

/** Tangent of an angle in radians. */
export function tan(x: number): number {
  return sin(x) / cos(x);
}

const ATAN_BREAKS_HIGH = [0.4636476090008061, 0.7853981633974483, 0.982793723247329, Math.PI / 2];
const ATAN_BREAKS_LOW = [2.2698777452961687e-17, 3.061616997868383e-17, 1.3903311031230998e-17, 6.123233995736766e-17];
const ATAN_COEFFICIENTS = [
  0.3333333333333293, -0.19999999999876483, 0.14285714272503466, -0.11111110405462356, 0.09090887133436507,
  -0.0769187620504483, 0.06661073137387531, -0.058335701337905735, 0.049768779946159324, -0.036531572744216916,
  0.016285820115365782,
];

/** Arc tangent in radians, in [-pi/2, pi/2]. */
export function atan(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x < 0) return -atan(-x);
  if (x > 1e19) return Math.PI / 2;
  let segment = -1;
  let t = x;
  if (x >= 2.4375) {
    segment = 3;
    t = -1 / x;
  } else if (x >= 1.1875) {
    segment = 2;
    t = (x - 1.5) / (1 + 1.5 * x);
  } else if (x >= 0.6875) {
    segment = 1;
    t = (x - 1) / (x + 1);
  } else if (x >= 0.4375) {
    segment = 0;
    t = (2 * x - 1) / (2 + x);
  }
  const z = t * t;
  let series = 0;
  for (let i = ATAN_COEFFICIENTS.length - 1; i >= 0; i--) series = z * (ATAN_COEFFICIENTS[i] + series);
  if (segment < 0) return t - t * series;
  return ATAN_BREAKS_HIGH[segment] - (t * series - ATAN_BREAKS_LOW[segment] - t);
}

/** Angle in radians of the point (x, y), in (-pi, pi]. */
export function atan2(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  if (y === 0) return x > 0 || Object.is(x, 0) ? y : Object.is(y, -0) ? -Math.PI : Math.PI;
  if (x === 0) return y > 0 ? Math.PI / 2 : -Math.PI / 2;
  const bothInfinite = Math.abs(x) === Number.POSITIVE_INFINITY && Math.abs(y) === Number.POSITIVE_INFINITY;
  const angle = bothInfinite ? Math.PI / 4 : atan(Math.abs(y / x));
  const unsigned = x > 0 ? angle : Math.PI - angle;
  return y > 0 ? unsigned : -unsigned;
}

/** Arc sine in radians; NaN outside [-1, 1]. */
export function asin(x: number): number {
  return atan2(x, Math.sqrt((1 - x) * (1 + x)));
}

/** Arc cosine in radians; NaN outside [-1, 1]. */
export function acos(x: number): number {
  return atan2(Math.sqrt((1 - x) * (1 + x)), x);
}

/** Multiplies by a power of two, exactly unless the result leaves the range of normal numbers. */
function scaleByPowerOfTwo(x: number, exponent: number): number {
  let value = x;
  let left = exponent;
  while (left > 1000) {
    value *= TWO_TO_1000;
    left -= 1000;
  }
  while (left < -1000) {
    value /= TWO_TO_1000;
    left += 1000;
  }
  bits.setUint32(0, (left + 1023) << 20);
  bits.setUint32(4, 0);
  return value * bits.getFloat64(0);
}

/** e to the power x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.1332191019411) return 0;
  const k = Math.round(x * INVERSE_LN2);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (0.00006613756321437934 + t * (-0.0000016533902205465252 + t * 4.1381367970572385e-8))));
  const y = 1 - (low - (r * c) / (2 - c) - high);
  return scaleByPowerOfTwo(y, k);
}

/** Natural logarithm; -Infinity at 0, NaN below. */
export function log(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  let exponent = 0;
  let value = x;
  if (value < 2.2250738585072014e-308) {
    value *= 18014398509481984; // 2^54 lifts a subnormal number into the normal range
    exponent -= 54;
  }
  bits.setFloat64(0, value);
  const head = bits.getUint32(0);
  exponent += (head >>> 20) - 1023;
  bits.setUint32(0, (head & 0xfffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  const f = mantissa - 1;
  const s = f / (2 + f);
  const z = s * s;
  const r =
    z *
    (0.6666666666666735 +
      z *
        (0.3999999999940942 +
          z *
            (0.2857142874366239 +
              z *
                (0.22222198432149784 +
                  z * (0.1818357216161805 + z * (0.15313837699209373 + z * 0.14798198605116586))))));
  const half = 0.5 * f * f;
  return exponent * LN2_HIGH - (half - (s * (half + r) + exponent * LN2_LOW) - f);
}

/** x to the power y; NaN for a negative x with a y that is not whole. */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (Number.isInteger(y) && Math.abs(y) <= 64) {
    let result = 1;
    for (let i = 0; i < Math.abs(y); i++) result *= x;
    return y > 0 ? result : 1 / result;
  }
  if (x === 0) return y > 0 ? 0 : Number.POSITIVE_INFINITY;
  if (x < 0 && Number.isInteger(y)) return y % 2 === 0 ? pow(-x, y) : -pow(-x, y);
  return exp(y * log(x));
}

/** Cube root of any finite number. */
export function cbrt(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  if (x < 0) return -cbrt(-x);
  let y = exp(log(x) / 3);
  for (let i = 0; i < 2; i++) y -= (y * y * y - x) / (3 * y * y);
  return y;
}

/** Hyperbolic tangent. */
export function tanh(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (Math.abs(x) > 20) return x > 0 ? 1 : -1;
  if (Math.abs(x) < 0.05) {
    // exp(2x) - 1 would lose the digits that count: the power series, up to x^11.
    const z = x * x;
    return x - x * z * (1 / 3 - z * (2 / 15 - z * (17 / 315 - z * (62 / 2835 - z * (1382 / 155925)))));
  }
  const e = exp(2 * x);
  return (e - 1) / (e + 1);
}

/** Length of a vector given by its components. */
export function hypot(...components: readonly number[]): number {
  let sum = 0;
  for (const component of components) sum += component * component;
  return Math.sqrt(sum);
}
