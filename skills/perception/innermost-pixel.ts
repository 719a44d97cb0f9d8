// Owns the pixel of a mask to point at: the one farthest from its rim. Must never leave the mask.

/**
 * The innermost pixel; of several, the one nearest to the middle of the mask.
 * @param pixels row-major indices, ascending
 * @param box [u0, v0, u1, v1] around them
 * @param width of the picture, pixels
 */
export function innermostPixel(
  pixels: ArrayLike<number>,
  box: readonly [number, number, number, number],
  width: number,
): { readonly u: number; readonly v: number } {
  const [u0, v0, u1, v1] = box;
  // One pixel of margin all around, so that no edge needs a question.
  const columns = u1 - u0 + 2;
  const rows = v1 - v0 + 2;
  const steps = new Int32Array(columns * rows);
  let [su, sv] = [0, 0];
  for (let i = 0; i < pixels.length; i++) {
    const u = pixels[i] % width;
    const v = (pixels[i] - u) / width;
    steps[(v - v0 + 1) * columns + (u - u0 + 1)] = columns + rows;
    su += u;
    sv += v;
  }
  // City-block distance to the rim, in two sweeps.
  for (let i = columns + 1; i < steps.length; i++) {
    if (steps[i] > 0) steps[i] = Math.min(steps[i], steps[i - 1] + 1, steps[i - columns] + 1);
  }
  for (let i = steps.length - columns - 2; i >= 0; i--) {
    if (steps[i] > 0) steps[i] = Math.min(steps[i], steps[i + 1] + 1, steps[i + columns] + 1);
  }
  const [mu, mv] = [su / Math.max(1, pixels.length), sv / Math.max(1, pixels.length)];
  let best = -1;
  let deepest = 0;
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < pixels.length; i++) {
    const u = pixels[i] % width;
    const v = (pixels[i] - u) / width;
    const depth = steps[(v - v0 + 1) * columns + (u - u0 + 1)];
    const off = (u - mu) * (u - mu) + (v - mv) * (v - mv);
    if (depth > deepest || (depth === deepest && off < nearest)) {
      best = pixels[i];
      deepest = depth;
      nearest = off;
    }
  }
  return { u: best % width, v: Math.floor(best / width) };
}
