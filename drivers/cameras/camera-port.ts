// Owns the camera port: what one look of one camera is, and how a cell is asked for one. Types only; simulated, USB and
// network cameras stand behind it. Must never carry anything a real camera could not know.
//
// Frames and units: metres, seconds; poses in the base frame of arm 0; camera axes as OpenCV's (x right, y down, z forward).

import type { Intrinsics } from '../../sim/cameras/camera-model.ts';
import type { Pose } from '../../sim/spatial.ts';

/** What a camera saw at one instant. */
export interface Observation {
  readonly camera: string;
  readonly width: number;
  readonly height: number;
  /** Row by row from the top, red green blue, 8 bits, sRGB. */
  readonly colorSrgb: Uint8Array;
  /** Metres along the optical axis, row by row from the top; 0 where nothing was measured. */
  readonly depthM: Float32Array;
  readonly intrinsics: Intrinsics;
  readonly worldFromCamera: Pose;
  /** Robot time of the exposure, seconds. */
  readonly timeS: number;
}

/** The cameras of a cell. Every look is fresh: nothing is answered from an earlier one. */
export interface Cameras {
  /** Names in the order of the rig; the first is the scene camera that perception uses unless told otherwise. */
  readonly names: readonly string[];
  /** @throws RangeError for a camera that does not exist */
  look(camera: string, signal?: AbortSignal): Promise<Observation>;
}
