// Owns other looks of a thing under the same name: another shade of the colour its name says, any quiet colour where the
// name says none.

import type { RandomStream } from '../random.ts';

type Color = [number, number, number];

/** Words in names that promise a colour. */
const COLOUR_WORDS = /\b(red|green|blue|yellow|orange|purple|pink|brown|cyan|white|black|gr[ae]y|gold|silver)\b/;
/** Colours for things whose names promise none: none is like the colours that names promise. */
const QUIET_COLOURS: readonly Color[] = [
  [0.62, 0.5, 0.36],
  [0.52, 0.55, 0.58],
  [0.74, 0.7, 0.6],
  [0.36, 0.38, 0.42],
  [0.58, 0.66, 0.66],
];

/** @param name decides whether the hue has to stay */
export function shadeOf(name: string, color: Color, random: RandomStream): Color {
  const base = COLOUR_WORDS.test(name) ? color : QUIET_COLOURS[random.integer(QUIET_COLOURS.length)];
  // Lighter or darker, and a little paler: the hue stays.
  const light = random.uniform(0.78, 1.18);
  const pale = random.uniform(0, 0.12);
  const grey = (base[0] + base[1] + base[2]) / 3;
  return base.map((channel) => {
    const shade = light * (channel + pale * (grey - channel));
    return Math.round(Math.min(1, Math.max(0, shade)) * 1000) / 1000;
  }) as Color;
}
