// Owns what a model is told when an instruction begins. Above tier S1 it is told nothing that the cameras have not shown.

import type { Tier } from '../api/definition.ts';
import { fence } from './fence.ts';
import type { MessagePart } from './model.ts';
import { cameraNames, pictureParts } from './pictures.ts';
import { fill, type PromptFiles } from './prompt-files.ts';
import type { View } from './workbench.ts';

export interface Opening {
  readonly prompts: PromptFiles;
  /** The first of its session. */
  readonly isFirst: boolean;
  readonly tier: Tier;
  /** Reaches the model unchanged, in whatever language. */
  readonly instruction: string;
  /** Names that can be asked for, at tier S1. */
  readonly objects: readonly string[] | undefined;
  /** What the observer sees. */
  readonly description: string | undefined;
  readonly pictures: readonly View[];
}

/** @throws RangeError when the simulator's names would reach a tier that may not know them */
export function openingParts(opening: Opening): MessagePart[] {
  const { prompts, isFirst, tier, instruction, objects, description, pictures } = opening;
  if (objects !== undefined && tier !== 'S1') {
    throw new RangeError(`tier ${tier} sees through cameras: it must not be told the names of objects`);
  }
  const scene = [
    ...(objects === undefined ? [] : [fill(prompts, 'scene-names', { objects: fence('objects', objects.join('\n')) })]),
    ...(description === undefined
      ? []
      : [fill(prompts, 'scene-description', { description: fence('description', description) })]),
    ...(pictures.length === 0 ? [] : [fill(prompts, 'scene-pictures', { cameras: cameraNames(pictures) })]),
  ];
  const text = fill(prompts, isFirst ? 'opening' : 'next-instruction', {
    instruction: fence('instruction', instruction),
    scene: scene.length === 0 ? '' : `${scene.join('\n')}\n`,
    decide: fill(prompts, 'decide', {}),
  });
  return [{ kind: 'text', text, stable: true }, ...pictureParts(pictures)];
}
