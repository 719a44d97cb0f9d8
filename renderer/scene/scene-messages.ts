// Owns everything that is said between the window and the worker that draws the scene. Plain data, cheap to post. Must
// never hold anything of three: only the worker knows what draws.
//
// Frames and units: metres, radians, seconds; the base frame of arm 0, z up; quaternions wxyz. Places on the canvas are
// CSS pixels from its upper left corner.

import type { SceneShape, SceneVolume } from '../../drivers/episode/foxglove.ts';

export type ArmSide = 'left' | 'right';
export type ArmTool = 'hand' | 'pad' | 'pen';
export type SceneTheme = 'light' | 'dark';

export interface ArmDescription {
  readonly side: ArmSide;
  readonly tool: ArmTool;
}

export interface BodyDescription {
  readonly name: string;
  /** Index into `frames`; -1 for what stands in the base frame. */
  readonly frame: number;
  readonly kind: 'thing' | 'furniture';
  readonly shapes: readonly SceneShape[];
}

export interface CameraDescription {
  /** As "scene" or "wrist". */
  readonly name: string;
  readonly frame: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Focal lengths and principal point, pixels. */
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

/** What there is to draw, without where it is. */
export interface SceneDescription {
  readonly arms: readonly ArmDescription[];
  readonly bodies: readonly BodyDescription[];
  readonly cameras: readonly CameraDescription[];
  /** Frames whose poses are sent, in this order. */
  readonly frames: readonly string[];
  readonly volumes: readonly SceneVolume[];
}

/**
 * Where everything is: for each arm its numbers, then for each frame its pose. NaN where nothing is known.
 * An arm: pose of its base (7), measured joints (7), opening of the fingers (1), commanded joints (7).
 */
export const POSE_NUMBERS = 7;
export const JOINTS = 7;
export const ARM_BASE_AT = 0;
export const ARM_JOINTS_AT = POSE_NUMBERS;
export const ARM_WIDTH_AT = ARM_JOINTS_AT + JOINTS;
export const ARM_COMMANDED_AT = ARM_WIDTH_AT + 1;
export const ARM_NUMBERS = ARM_COMMANDED_AT + JOINTS;

export function posesLength({ arms, frames }: Pick<SceneDescription, 'arms' | 'frames'>): number {
  return arms.length * ARM_NUMBERS + frames.length * POSE_NUMBERS;
}

export interface MarkLayerDrawn {
  readonly name: string;
  /** x, y, x, y ... */
  readonly points: readonly number[];
  readonly diameterM: number;
  readonly surfaceM: number;
  readonly colorSrgb: readonly [number, number, number];
}

/** What a preview has shown of the motion to come. */
export interface PlannedMotion {
  readonly arms: readonly {
    readonly side: ArmSide;
    /** Of the fingertip: x, y, z, x, y, z ... a point every `everyS`. */
    readonly path: Float32Array;
    readonly everyS: number;
    /** Seven joints and the opening of the fingers for each point; empty in older files. */
    readonly postures: Float32Array;
  }[];
  readonly contacts: readonly {
    readonly at: readonly [number, number, number];
    readonly kind: 'expected' | 'unexpected';
  }[];
}

/** Drawn over the scene. */
export const OVERLAYS = [
  'cameras',
  'frames',
  'volumes',
  'contacts',
  'path',
  'ghost',
  'trail',
  'commanded',
  'grid',
] as const;
export type Overlay = (typeof OVERLAYS)[number];
export type Overlays = Readonly<Record<Overlay, boolean>>;

export const PRESETS = ['home', 'front', 'side', 'top', 'wrist', 'follow'] as const;
export type Preset = (typeof PRESETS)[number];

/** What the operator does with the view. */
export type Gesture =
  /** Pixels the pointer has gone. */
  | { readonly kind: 'orbit'; readonly dx: number; readonly dy: number }
  | { readonly kind: 'pan'; readonly dx: number; readonly dy: number }
  /** Above 1 goes closer. */
  | { readonly kind: 'zoom'; readonly factor: number }
  | { readonly kind: 'focus'; readonly x: number; readonly y: number }
  | { readonly kind: 'focus-on'; readonly name: string }
  | { readonly kind: 'preset'; readonly preset: Preset };

/** Where the view stands; a window that comes back begins there. */
export interface ViewState {
  readonly target: readonly [number, number, number];
  readonly azimuthRad: number;
  readonly elevationRad: number;
  readonly distanceM: number;
  /** Null after any gesture of the operator's own. */
  readonly preset: Preset | null;
}

export type ToScene =
  | {
      readonly kind: 'start';
      readonly canvas: OffscreenCanvas;
      readonly size: CanvasSize;
      readonly theme: SceneTheme;
      readonly motion: 'smooth' | 'reduced';
      readonly overlays: Overlays;
      readonly view: ViewState | null;
    }
  | { readonly kind: 'size'; readonly size: CanvasSize }
  | { readonly kind: 'theme'; readonly theme: SceneTheme }
  | { readonly kind: 'scene'; readonly scene: SceneDescription }
  /** Answered by 'posed'; the next may come only then. */
  | { readonly kind: 'poses'; readonly numbers: Float32Array }
  | { readonly kind: 'marks'; readonly layers: readonly MarkLayerDrawn[] }
  | { readonly kind: 'planned'; readonly planned: PlannedMotion | null }
  /** Instant of the preview at which the ghost stands, and from which on the path is still to come; null: no ghost. */
  | { readonly kind: 'ghost'; readonly atS: number | null; readonly fromS: number }
  /** Where the fingertips have been, one list of x, y, z per arm; grows by itself from here on. */
  | { readonly kind: 'trail'; readonly points: readonly Float32Array[] }
  | { readonly kind: 'overlays'; readonly overlays: Overlays }
  | { readonly kind: 'gesture'; readonly gesture: Gesture }
  | { readonly kind: 'select'; readonly name: string | null }
  | { readonly kind: 'pick'; readonly id: number; readonly x: number; readonly y: number }
  | { readonly kind: 'project'; readonly id: number; readonly point: readonly [number, number, number] }
  | { readonly kind: 'ask-stats'; readonly id: number }
  /** Takes the drawing context away and gives it back, as a driver does that restarts. */
  | { readonly kind: 'rehearse-loss' };

export interface CanvasSize {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
}

export interface SceneStats {
  /** Pictures drawn since the start. */
  readonly frames: number;
  /** 0 is the best. */
  readonly level: number;
  /** Of the picture that is seen: device pixels per CSS pixel. */
  readonly ratio: number;
  readonly still: boolean;
  /** Smoothed, while something moves. */
  readonly frameMs: number;
  readonly software: boolean;
  readonly renderer: string;
}

export type FromScene =
  | { readonly kind: 'ready'; readonly software: boolean; readonly renderer: string }
  /** It cannot be drawn here; `why` says so in words. */
  | { readonly kind: 'no-drawing'; readonly why: string }
  | { readonly kind: 'context'; readonly state: 'lost' | 'restored' }
  | { readonly kind: 'posed' }
  | { readonly kind: 'view'; readonly view: ViewState }
  /** Where the chosen object's middle is on the canvas; null when it is out of sight. */
  | { readonly kind: 'anchor'; readonly anchor: Anchor | null }
  | { readonly kind: 'picked'; readonly id: number; readonly hit: Hit | null }
  | { readonly kind: 'projected'; readonly id: number; readonly x: number; readonly y: number }
  | { readonly kind: 'stats'; readonly id: number; readonly stats: SceneStats }
  /** How far the commanded fingertip of arm 0 is from the measured one, metres; NaN where it is not known. */
  | { readonly kind: 'gap'; readonly gapM: number };

export interface Anchor {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** Of its middle, metres. */
  readonly position: readonly [number, number, number];
}

export interface Hit {
  /** Of a thing or a piece of furniture; of an arm as "left/link3". */
  readonly name: string;
  readonly part: 'thing' | 'furniture' | 'arm';
  readonly point: readonly [number, number, number];
}
