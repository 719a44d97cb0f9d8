// Owns what the viewport shows at human speed: overlays, the view, the preview under the slider, what was picked. Must
// never hold poses: those go from the source straight to the worker.

import { create } from 'zustand';
import { readKept, writeKept } from '../../app/kept.ts';
import type { ShownPreview } from '../../scene/planned-motion.ts';
import type { SceneLink } from '../../scene/scene-link.ts';
import {
  type Anchor,
  type Hit,
  OVERLAYS,
  type Overlay,
  type Overlays,
  type ViewState,
} from '../../scene/scene-messages.ts';

const KEY = 'capstan.viewport.overlays';

/** What helps to judge a motion is on; what is for setting up a cell is off. */
const AT_FIRST: Overlays = {
  cameras: false,
  frames: false,
  volumes: false,
  contacts: true,
  path: true,
  ghost: true,
  trail: true,
  commanded: true,
  grid: true,
};

/** How drawing stands. 'none': it cannot be drawn here, `why` says so. */
export type Drawing =
  | { readonly kind: 'starting' }
  | { readonly kind: 'drawn' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'none'; readonly why: string };

export interface ViewportStore {
  readonly drawing: Drawing;
  readonly overlays: Overlays;
  readonly view: ViewState | null;
  readonly preview: ShownPreview | undefined;
  /** Where the ghost stands, seconds of the preview; null while it is not shown. */
  readonly scrubS: number | null;
  readonly ghostPlaying: boolean;
  /** Of the chosen object on the canvas. */
  readonly anchor: Anchor | null;
  /** A part of an arm that was clicked: it is shown, and no choice. */
  readonly armHit: Hit | null;
  readonly objects: readonly string[];
  /** 0 while the source knows of no robot. */
  readonly arms: number;
  /** Between the commanded and the measured fingertip, whole tenths of a millimetre; null where it is not known. */
  readonly gapMm: number | null;
}

export const useViewport = create<ViewportStore>(() => ({
  drawing: { kind: 'starting' },
  overlays: keptOverlays(),
  view: null,
  preview: undefined,
  scrubS: null,
  ghostPlaying: false,
  anchor: null,
  armHit: null,
  objects: [],
  arms: 0,
  gapMm: null,
}));

let link: SceneLink | undefined;

/** The drawn scene, while there is one. */
export function sceneLink(): SceneLink | undefined {
  return link;
}

export function setSceneLink(now: SceneLink | undefined): void {
  link = now;
}

export function toggleOverlay(overlay: Overlay): void {
  const { overlays: before } = useViewport.getState();
  const overlays = { ...before, [overlay]: !before[overlay] };
  useViewport.setState({ overlays });
  writeKept(KEY, JSON.stringify(overlays));
  link?.setOverlays(overlays);
}

/** Puts the ghost at an instant of the preview, or takes it away. */
export function scrubGhost(atS: number | null): void {
  useViewport.setState({ scrubS: atS });
  link?.scrub(atS);
}

function keptOverlays(): Overlays {
  const text = readKept(KEY);
  if (text === undefined) return AT_FIRST;
  try {
    const kept: unknown = JSON.parse(text);
    if (typeof kept !== 'object' || kept === null) return AT_FIRST;
    const values = kept as Readonly<Record<string, unknown>>;
    const of = (overlay: Overlay) =>
      typeof values[overlay] === 'boolean' ? values[overlay] === true : AT_FIRST[overlay];
    return Object.fromEntries(OVERLAYS.map((overlay) => [overlay, of(overlay)])) as Overlays;
  } catch {
    return AT_FIRST;
  }
}
