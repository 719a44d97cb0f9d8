// Owns which preview is shown with the scene, and how far the live run has come in it. Must never show one that was
// refused or belongs to a block that has ended.

import type { MessageOf } from '../../drivers/episode/reader.ts';
import type { Source } from '../source/source.ts';
import type { StoryBlock } from '../source/story.ts';
import type { PlannedMotion } from './scene-messages.ts';

type Preview = MessageOf<'/preview'>;

/** Of files that say nothing of postures. */
const PATH_EVERY_S = 0.05;

export interface ShownPreview {
  readonly block: number;
  readonly preview: Preview;
  readonly durationS: number;
  /** 'offered' waits for a decision; 'running' is being carried out; 'done' has been, at the cursor. */
  readonly state: 'offered' | 'running' | 'done';
  /** Robot time at which its block began; null before it has. */
  readonly startS: number | null;
}

/** The preview that belongs to the cursor: of the block that runs there, else of the last one that has been made. */
export function previewAt(source: Source): ShownPreview | undefined {
  const { cursorS } = source.playback();
  const blocks = source.story().blocks.filter(({ preview }) => preview !== undefined);
  const made = blocks.filter(({ preview }) => (preview?.timeS ?? 0) <= cursorS + 1e-9);
  const running = made.find(({ startS, endS }) => startS !== null && startS <= cursorS && cursorS < (endS ?? Infinity));
  const block: StoryBlock | undefined = running ?? made.at(-1) ?? blocks[0];
  if (block?.preview === undefined) return undefined;
  const { message: preview } = block.preview;
  const { startS, endS, approval } = block;
  const refused = approval !== undefined && approval.message.decision !== 'approved';
  if (refused) return undefined;
  const state = startS === null || cursorS < startS ? 'offered' : cursorS < (endS ?? Infinity) ? 'running' : 'done';
  return { block: block.block, preview, durationS: preview.durationS ?? 0, state, startS };
}

export function plannedMotion({ path, rightPath, postures = [], contacts = [] }: Preview): PlannedMotion {
  const paths = [
    ['left', path],
    ['right', rightPath],
  ] as const;
  return {
    arms: paths.flatMap(([side, points]) => {
      if (points === undefined) return [];
      const posture = postures.find(({ arm }) => arm === side);
      const numbers = posture?.jointsRad.flatMap((joints, index) => [...joints, posture.widthsM[index] ?? 0]) ?? [];
      return [
        {
          side,
          path: Float32Array.from(points.flat()),
          everyS: posture?.everyS ?? PATH_EVERY_S,
          postures: Float32Array.from(numbers),
        },
      ];
    }),
    contacts: contacts.flatMap(({ at, kind }) => (at === undefined ? [] : [{ at: [at[0], at[1], at[2]], kind }])),
  };
}
