// Owns that the transforms of an instant are one message: an episode holds those of the bodies in one message, many times
// a second, and that of a camera in another, when it looks. Pure.

import type { EpisodeMessage } from '../../drivers/episode/reader.ts';

type Transforms = EpisodeMessage<'/tf'>;

/** Begins the frame of every camera, as "camera/scene". */
const CAMERA_PREFIX = 'camera/';
/** The message of a camera holds one transform; one of the bodies has a dozen of them. */
const MOST_CAMERA_BYTES = 700;

/** Whether a message of this size may be one of a camera alone; only then it is worth decoding. */
export function maybeOfCamera(byteLength: number): boolean {
  return byteLength <= MOST_CAMERA_BYTES;
}

/** The camera whose look this is; undefined for a message of the bodies. */
export function cameraOf(given: EpisodeMessage | undefined): string | undefined {
  if (given?.topic !== '/tf') return undefined;
  const { transforms } = given.message;
  const frame = transforms[0]?.childFrame;
  return transforms.length === 1 && frame?.startsWith(CAMERA_PREFIX) ? frame : undefined;
}

export interface TransformMerger {
  /** The bodies' message with the cameras' transforms behind; the same object for the same messages. */
  merge(bodies: Transforms, cameras: readonly Transforms[]): Transforms;
}

/** Pairs are few and asked for again in every frame. */
const REMEMBERED = 8;

export function createTransformMerger(): TransformMerger {
  let made: { bodies: Transforms; cameras: readonly Transforms[]; merged: Transforms }[] = [];
  return {
    merge(bodies, cameras) {
      if (cameras.length === 0) return bodies;
      const known = made.find(
        (one) =>
          one.bodies === bodies &&
          one.cameras.length === cameras.length &&
          one.cameras.every((camera, i) => camera === cameras[i]),
      );
      if (known !== undefined) return known.merged;
      const transforms = [...bodies.message.transforms, ...cameras.flatMap(({ message }) => message.transforms)];
      const merged = { ...bodies, message: { transforms } };
      made = [{ bodies, cameras, merged }, ...made.slice(0, REMEMBERED - 1)];
      return merged;
    },
  };
}
