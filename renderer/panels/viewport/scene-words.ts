// Owns the scene in words: names of arm parts, positions in millimetres, and one sentence for those who do not see the
// picture.

import type { Source } from '../../source/source.ts';

const PARTS: Readonly<Record<string, string>> = {
  hand: 'Hand',
  left_finger: 'Left finger',
  right_finger: 'Right finger',
  link0: 'Base',
  tool_pad: 'Wiping pad',
  tool_tip: 'Pen',
  tool_eraser: 'Eraser',
};

/** "left/link3" as "Link 3 of the left arm"; other names stay as they are. */
export function partInWords(name: string, arms: number): string {
  const [side, part] = name.split('/');
  if (part === undefined) return name;
  const what = PARTS[part] ?? part.replace(/^link(\d)$/, 'Link $1').replaceAll('_', ' ');
  return arms > 1 ? `${what} of the ${side} arm` : `${what} of the arm`;
}

/** "x 512, y -40, z 18 mm". */
export function placeInWords([x, y, z]: readonly number[]): string {
  // The minus of a hyphen is read as one.
  const mm = (metres: number) => String(Math.round(metres * 1000) + 0);
  return `x ${mm(x)}, y ${mm(y)}, z ${mm(z)} mm`;
}

/** What is shown, in one or two sentences. */
export function sceneInWords(source: Source | undefined, objects: readonly string[], chosen: string | null): string {
  if (source === undefined) return 'No cell is open and no recording is shown.';
  const state = source.latest('/robot/state')?.message;
  const tcp = source.latest('/robot/tcp')?.message;
  const arms = state?.arms.length ?? 0;
  const parts = [
    arms === 0
      ? 'No robot is known yet.'
      : `${arms === 1 ? 'A Panda arm' : 'Two Panda arms'}, ${state?.mode ?? 'idle'}.`,
    ...(tcp === undefined ? [] : [`Fingertip at ${placeInWords(tcp.pose.position)}.`]),
    ...(state?.arms.some(({ holding }) => holding) ? ['The gripper holds something.'] : []),
    objects.length === 0 ? '' : `Objects: ${objects.join(', ')}.`,
    chosen === null ? '' : `Chosen: ${chosen}.`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}
