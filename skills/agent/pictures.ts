// Owns how pictures of the cameras become parts of a message. Must never hold a word about what they show.

import type { MessagePart } from './model.ts';
import type { View } from './workbench.ts';

/** "scene, wrist", in the order in which the pictures follow. */
export function cameraNames(views: readonly View[]): string {
  return views.map(({ camera }) => camera).join(', ');
}

export function pictureParts(views: readonly View[]): MessagePart[] {
  return views.map(({ png }) => ({ kind: 'image', mediaType: 'image/png', bytes: png }));
}
