// Owns what can be done with the viewport, for its buttons, the palette and keys. Must never move a robot.

import { type Action, registerActions } from '../../app/actions.ts';
import { useConsole } from '../../app/console-store.ts';
import type { Overlay, Preset } from '../../scene/scene-messages.ts';
import { sceneLink, scrubGhost, toggleOverlay, useViewport } from './viewport-store.ts';

export const OVERLAY_LABELS: Readonly<Record<Overlay, string>> = {
  path: 'Path to come',
  ghost: 'Ghost of the preview',
  trail: 'Path behind',
  commanded: 'Commanded against measured',
  contacts: 'Contacts of the preview',
  volumes: 'Allowed room and keep-outs',
  cameras: 'Cameras',
  frames: 'Frames',
  grid: 'Grid on the floor',
};

export const PRESET_LABELS: Readonly<Record<Preset, string>> = {
  home: 'View at a slant',
  front: 'View from the front',
  side: 'View from the side',
  top: 'View from above',
  wrist: 'View through the wrist camera',
  follow: 'Follow the tool',
};

/** One step of the keyboard: an eighth of the way a mouse would go across the canvas, pixels. */
const KEY_STEP_PX = 40;
const KEY_ZOOM = 1.2;

const noScene = (): string | undefined =>
  useViewport.getState().drawing.kind === 'drawn' ? undefined : 'The 3D view is not drawn.';

function presetActions(): Action[] {
  return (Object.keys(PRESET_LABELS) as Preset[]).map((preset) => ({
    id: `viewport.view.${preset}`,
    group: 'view',
    label: PRESET_LABELS[preset],
    keywords: ['camera', 'preset', preset],
    unavailable: () => {
      const cameras = useConsole.getState().source?.latest('/camera/wrist/calibration');
      return noScene() ?? (preset === 'wrist' && cameras === undefined ? 'There is no camera on the hand.' : undefined);
    },
    checked: () => useViewport.getState().view?.preset === preset,
    perform: () => sceneLink()?.gesture({ kind: 'preset', preset }),
  }));
}

function overlayActions(): Action[] {
  return (Object.keys(OVERLAY_LABELS) as Overlay[]).map((overlay) => ({
    id: `viewport.show.${overlay}`,
    group: 'view',
    label: OVERLAY_LABELS[overlay],
    keywords: ['show', 'hide', 'overlay', overlay],
    checked: () => useViewport.getState().overlays[overlay],
    perform: () => toggleOverlay(overlay),
  }));
}

/** Registers them; returns what takes them away. */
export function registerViewportActions(): () => void {
  return registerActions([
    ...presetActions(),
    ...overlayActions(),
    {
      id: 'viewport.zoom-in',
      group: 'view',
      label: 'Zoom in on the scene',
      unavailable: noScene,
      perform: () => sceneLink()?.gesture({ kind: 'zoom', factor: KEY_ZOOM }),
    },
    {
      id: 'viewport.zoom-out',
      group: 'view',
      label: 'Zoom out of the scene',
      unavailable: noScene,
      perform: () => sceneLink()?.gesture({ kind: 'zoom', factor: 1 / KEY_ZOOM }),
    },
    {
      id: 'viewport.focus',
      group: 'view',
      label: 'Bring the chosen object to the middle',
      unavailable: () =>
        noScene() ?? (chosenObject() === null ? 'Choose an object first: click it in the scene.' : undefined),
      perform: () => {
        const name = chosenObject();
        if (name !== null) sceneLink()?.gesture({ kind: 'focus-on', name });
      },
    },
    {
      id: 'viewport.play-ghost',
      group: 'view',
      label: 'Play the preview as a ghost',
      keywords: ['preview', 'ghost', 'rehearse'],
      unavailable: () =>
        noScene() ?? (useViewport.getState().preview === undefined ? 'There is no preview.' : undefined),
      checked: () => useViewport.getState().ghostPlaying,
      perform: () => {
        const { ghostPlaying, preview, scrubS } = useViewport.getState();
        if (!ghostPlaying && (scrubS === null || scrubS >= (preview?.durationS ?? 0))) scrubGhost(0);
        useViewport.setState({ ghostPlaying: !ghostPlaying });
      },
    },
  ]);
}

export function chosenObject(): string | null {
  const { selection } = useConsole.getState();
  return selection?.kind === 'object' ? selection.name : null;
}

/**
 * What a key does while the viewport has the focus. Arrows turn the view, with Shift they move it; + and - zoom; Home
 * is the first view; Escape lets go of what is chosen.
 * @returns whether the key was meant for the viewport
 */
export function viewportKey(key: string, shift: boolean): boolean {
  const scene = sceneLink();
  const kind = shift ? 'pan' : 'orbit';
  switch (key) {
    case 'ArrowLeft':
      scene?.gesture({ kind, dx: -KEY_STEP_PX, dy: 0 });
      return true;
    case 'ArrowRight':
      scene?.gesture({ kind, dx: KEY_STEP_PX, dy: 0 });
      return true;
    case 'ArrowUp':
      scene?.gesture({ kind, dx: 0, dy: -KEY_STEP_PX });
      return true;
    case 'ArrowDown':
      scene?.gesture({ kind, dx: 0, dy: KEY_STEP_PX });
      return true;
    case '+':
    case '=':
      scene?.gesture({ kind: 'zoom', factor: KEY_ZOOM });
      return true;
    case '-':
      scene?.gesture({ kind: 'zoom', factor: 1 / KEY_ZOOM });
      return true;
    case 'Home':
      scene?.gesture({ kind: 'preset', preset: 'home' });
      return true;
    case 'Escape':
      if (chosenObject() === null) return false;
      useConsole.setState({ selection: null });
      return true;
    default:
      return false;
  }
}
