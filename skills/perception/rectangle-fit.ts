// Owns rectangles around and through points of a plane. Metres, radians. Must never know what the points belong to.

import { atan2, cos, sin } from '../../sim/portable-math.ts';

export interface Rectangle {
  /** Middle. */
  readonly x: number;
  readonly y: number;
  /** Turn of the first side from the x axis, radians, in [0, pi/2). */
  readonly yawRad: number;
  /** Full side lengths along the turned x and y axes, metres. */
  readonly sizeX: number;
  readonly sizeY: number;
}

const STEP_RAD = Math.PI / 36;
const STEPS = 18;
/** Enough for an outline; more only cost time. */
const MOST_POINTS = 240;

/**
 * The smallest upright rectangle that holds all points but a share at each side.
 * @param trim share of the points set aside beyond each side, 0..0.2
 * @returns undefined for fewer than three points
 */
export function smallestRectangle(x: ArrayLike<number>, y: ArrayLike<number>, trim: number): Rectangle | undefined {
  if (x.length < 3) return undefined;
  const sparse = Math.max(1, Math.ceil(x.length / MOST_POINTS));
  let best: Rectangle | undefined;
  let smallest = Number.POSITIVE_INFINITY;
  const consider = (yawRad: number, every: number): void => {
    const c = cos(yawRad);
    const s = sin(yawRad);
    const n = Math.ceil(x.length / every);
    const u = new Float64Array(n);
    const v = new Float64Array(n);
    const lowest = Math.floor(trim * (n - 1));
    const highest = n - 1 - lowest;
    for (let i = 0; i < n; i++) {
      u[i] = c * x[i * every] + s * y[i * every];
      v[i] = -s * x[i * every] + c * y[i * every];
    }
    u.sort();
    v.sort();
    const sizeX = u[highest] - u[lowest];
    const sizeY = v[highest] - v[lowest];
    // The sum of the sides, not the area: thin things have no area at any turn.
    const cost = sizeX + sizeY + 2 * Math.sqrt(sizeX * sizeY);
    if (cost < smallest) {
      smallest = cost;
      const mu = (u[highest] + u[lowest]) / 2;
      const mv = (v[highest] + v[lowest]) / 2;
      best = { x: c * mu - s * mv, y: s * mu + c * mv, yawRad, sizeX, sizeY };
    }
  };
  for (let step = 0; step < STEPS; step++) consider(step * STEP_RAD, sparse);
  const coarse = best?.yawRad ?? 0;
  for (let step = -2; step <= 2; step++) if (step !== 0) consider(coarse + (step * STEP_RAD) / 3, sparse);
  if (sparse > 1 && best !== undefined) {
    // The turn of a few points, the sides of all.
    smallest = Number.POSITIVE_INFINITY;
    consider(best.yawRad, 1);
  }
  return best === undefined ? undefined : { ...best, ...quarterTurn(best) };
}

/** The same rectangle with its yaw in [0, pi/2). */
function quarterTurn(rectangle: Rectangle): Pick<Rectangle, 'yawRad' | 'sizeX' | 'sizeY'> {
  const turns = Math.floor(rectangle.yawRad / (Math.PI / 2));
  const yawRad = rectangle.yawRad - turns * (Math.PI / 2);
  const odd = Math.abs(turns % 2) === 1;
  return {
    yawRad,
    sizeX: odd ? rectangle.sizeY : rectangle.sizeX,
    sizeY: odd ? rectangle.sizeX : rectangle.sizeY,
  };
}

export interface SidesFit extends Rectangle {
  /** Mean distance of the kept points from the nearest side, metres. */
  readonly residualM: number;
  /** Weight of the points that lie on the sides: the larger, the more of the outline is explained. */
  readonly held: number;
  /** Points that lie on each side: -x, +x, -y, +y of the rectangle's own axes. */
  readonly support: readonly [number, number, number, number];
}

/** Passes of the refinement; it settles in three or four. */
const PASSES = 8;
/** Points farther from every side than this are none of the outline's, metres, from pass to pass. */
const REACH_M = [0.012, 0.01, 0.008, 0.006, 0.005, 0.004, 0.004, 0.004];

/**
 * The rectangle whose sides run through the points of an outline: each point counts for the side it is nearest to, and
 * turn and sides are moved to it by least squares in turns.
 * @param start a rectangle near it
 * @param weight how much each point counts; 1 for all when left out
 */
export function fitSides(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  start: Rectangle,
  weight?: ArrayLike<number>,
): SidesFit {
  let { yawRad } = start;
  let c = cos(yawRad);
  let s = sin(yawRad);
  const mu = c * start.x + s * start.y;
  const mv = -s * start.x + c * start.y;
  const sides = [mu - start.sizeX / 2, mu + start.sizeX / 2, mv - start.sizeY / 2, mv + start.sizeY / 2];
  let residualM = 0;
  let held = 0;
  let support: [number, number, number, number] = [0, 0, 0, 0];
  for (let pass = 0; pass < PASSES; pass++) {
    const reach = REACH_M[pass];
    const tukey = 1 / (reach * reach);
    // Per side: weights, offsets, positions along it, for a common turn and four offsets.
    const w = [0, 0, 0, 0];
    const wo = [0, 0, 0, 0];
    const wt = [0, 0, 0, 0];
    const wtt = [0, 0, 0, 0];
    const wto = [0, 0, 0, 0];
    let kept = 0;
    let total = 0;
    support = [0, 0, 0, 0];
    const [middleU, middleV] = [(sides[0] + sides[1]) / 2, (sides[2] + sides[3]) / 2];
    for (let i = 0; i < x.length; i++) {
      const u = c * x[i] + s * y[i];
      const v = -s * x[i] + c * y[i];
      const offsets = [u - sides[0], u - sides[1], v - sides[2], v - sides[3]];
      let side = 0;
      for (let k = 1; k < 4; k++) if (Math.abs(offsets[k]) < Math.abs(offsets[side])) side = k;
      const off = offsets[side];
      const along = side < 2 ? v - middleV : u - middleU;
      const length = side < 2 ? sides[3] - sides[2] : sides[1] - sides[0];
      if (Math.abs(off) > reach || Math.abs(along) > length / 2 + reach) continue;
      const share = 1 - off * off * tukey;
      const count = share * share * (weight?.[i] ?? 1);
      // A turn moves a point of the first two sides against v, and one of the others with u.
      const t = side < 2 ? -along : along;
      w[side] += count;
      wo[side] += count * off;
      wt[side] += count * t;
      wtt[side] += count * t * t;
      wto[side] += count * t * off;
      support[side]++;
      kept += count;
      total += count * Math.abs(off);
    }
    residualM = kept > 0 ? total / kept : reach;
    held = kept;
    let numerator = 0;
    let denominator = 0;
    for (let k = 0; k < 4; k++) {
      if (w[k] <= 0) continue;
      numerator += wto[k] - (wt[k] * wo[k]) / w[k];
      denominator += wtt[k] - (wt[k] * wt[k]) / w[k];
    }
    const turn = denominator > 1e-12 ? Math.max(-0.15, Math.min(0.15, numerator / denominator)) : 0;
    for (let k = 0; k < 4; k++) if (w[k] > 0) sides[k] += (wo[k] - turn * wt[k]) / w[k];
    // Turning about the middle keeps the sides' distances from it.
    const [mx, my] = [c * middleU - s * middleV, s * middleU + c * middleV];
    yawRad += turn;
    c = cos(yawRad);
    s = sin(yawRad);
    const [nextU, nextV] = [c * mx + s * my, -s * mx + c * my];
    sides[0] += nextU - middleU;
    sides[1] += nextU - middleU;
    sides[2] += nextV - middleV;
    sides[3] += nextV - middleV;
  }
  const [cu, cv] = [(sides[0] + sides[1]) / 2, (sides[2] + sides[3]) / 2];
  const fit = {
    x: c * cu - s * cv,
    y: s * cu + c * cv,
    yawRad: atan2(s, c),
    sizeX: sides[1] - sides[0],
    sizeY: sides[3] - sides[2],
  };
  return { ...fit, ...quarterTurn(fit), residualM, held, support };
}
