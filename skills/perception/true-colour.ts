// Owns the colour of a surface without the light that falls on it: sRGB, 0..1. Must never know words.

import { srgbFromLinear } from '../../sim/cameras/material.ts';
import type { Vec3 } from '../../sim/spatial.ts';
import type { Picture } from './picture.ts';

/** What the brightest surfaces in sight reflect, beside a perfect white: the shell of the arm, mostly. */
const WHITE_SHARE = 0.7;
/** No light is taken for less than this beside that of white. */
const LEAST_WHITE = 0.05;

/**
 * The paint that would look like this.
 * @param seen shares of red and green in the linear light, and its strongest component
 */
export function trueColour(
  { whiteLight }: Pick<Picture, 'whiteLight'>,
  { redShare, greenShare, light }: { readonly redShare: number; readonly greenShare: number; readonly light: number },
): Vec3 {
  const shares = [redShare, greenShare, Math.max(0, 1 - redShare - greenShare)];
  const strongest = Math.max(...shares, 1e-6);
  const bright = (WHITE_SHARE * light) / Math.max(whiteLight, LEAST_WHITE);
  const [red, green, blue] = shares.map((share) =>
    Math.min(1, Math.max(0, srgbFromLinear(Math.min(1, (bright * share) / strongest)))),
  );
  return [red, green, blue];
}
