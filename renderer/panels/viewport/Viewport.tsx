// Owns the viewport as a panel: the drawn scene with its tools, legend and ghost, or words and the last camera picture
// where nothing can be drawn. Must never keep a pose.

import './viewport.css';
import { useEffect, useRef } from 'react';
import { useConsole } from '../../app/console-store.ts';
import { useTheme } from '../../app/theme.ts';
import { SceneLink } from '../../scene/scene-link.ts';
import { Empty } from '../../ui/Empty.tsx';
import { usePanelVisible } from '../panel-visible.ts';
import { bindGestures } from './canvas-gestures.ts';
import { GhostSlider } from './GhostSlider.tsx';
import { LastPicture } from './LastPicture.tsx';
import { SceneDescription } from './SceneDescription.tsx';
import { SelectionTip } from './SelectionTip.tsx';
import { ViewportLegend } from './ViewportLegend.tsx';
import { ViewportToolbar } from './ViewportToolbar.tsx';
import { registerViewportActions, viewportKey } from './viewport-actions.ts';
import { sceneLink, setSceneLink, useViewport } from './viewport-store.ts';

export function Viewport() {
  const place = useRef<HTMLDivElement>(null);
  const drawing = useViewport((state) => state.drawing);
  const source = useConsole((state) => state.source);
  useEffect(() => registerViewportActions(), []);
  useEffect(() => (place.current === null ? undefined : openScene(place.current)), []);
  const arms = useViewport((state) => state.arms);
  const visible = usePanelVisible();
  useEffect(() => sceneLink()?.setVisible(visible), [visible]);
  const none = drawing.kind === 'none';
  return (
    <section className="viewport" aria-label="Scene">
      <div
        ref={place}
        className="viewport-place"
        hidden={none}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: role="application" takes keys
        tabIndex={0}
        role="application"
        aria-roledescription="3D view"
        aria-label="Scene. Arrow keys turn the view, with Shift they move it, plus and minus zoom, Home is the first view."
        aria-describedby="viewport-words"
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
          if (!viewportKey(event.key, event.shiftKey)) return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <SceneDescription />
      {none ? <LastPicture why={drawing.why} /> : null}
      {drawing.kind === 'lost' ? (
        <p className="viewport-note" role="status">
          The graphics driver has taken the picture away; it comes back by itself. The arm is not affected.
        </p>
      ) : null}
      {source === undefined && !none ? (
        <div className="viewport-empty">
          <Empty
            icon="robot"
            title="Nothing to show yet"
            words="Open a cell to see the robot live, or an episode to look at what it did."
          />
        </div>
      ) : null}
      {source !== undefined && arms === 0 && !none ? (
        <div className="viewport-empty">
          <Empty icon="robot" title="Waiting for the robot" words="Nothing of it has arrived yet." />
        </div>
      ) : null}
      {source === undefined || none || arms === 0 ? null : (
        <>
          <ViewportToolbar />
          <div className="viewport-below">
            <ViewportLegend />
            <GhostSlider />
          </div>
          <SelectionTip />
        </>
      )}
    </section>
  );
}

/** Starts the drawing and keeps it fed; returns what ends it. */
function openScene(place: HTMLElement): () => void {
  const { overlays, view } = useViewport.getState();
  const link = new SceneLink(
    place,
    { theme: useTheme.getState().shown, overlays, view },
    {
      ready: () => useViewport.setState({ drawing: { kind: 'drawn' } }),
      noDrawing: (why) => useViewport.setState({ drawing: { kind: 'none', why } }),
      context: (state) => useViewport.setState({ drawing: { kind: state === 'lost' ? 'lost' : 'drawn' } }),
      anchor: (anchor) => useViewport.setState({ anchor }),
      view: (now) => useViewport.setState({ view: now }),
      gap: (gapM) => noteGap(gapM),
      preview: (preview) => {
        useViewport.setState({ preview, scrubS: null, ghostPlaying: false });
      },
      objects: (objects, arms) => useViewport.setState({ objects, arms }),
    },
  );
  setSceneLink(link);
  link.setSource(useConsole.getState().source);
  link.select(chosenName());
  const release = bindGestures(place);
  const unfollow = [
    useConsole.subscribe((now, before) => {
      if (now.source !== before.source) link.setSource(now.source);
      if (now.selection === before.selection) return;
      useViewport.setState({ armHit: null });
      link.select(chosenName());
    }),
    useTheme.subscribe(({ shown }) => link.setTheme(shown)),
  ];
  return () => {
    for (const stop of unfollow) stop();
    release();
    if (sceneLink() === link) setSceneLink(undefined);
    link.dispose();
    place.querySelector('canvas')?.remove();
    useViewport.setState({ drawing: { kind: 'starting' }, anchor: null, armHit: null });
  };
}

function chosenName(): string | null {
  const { selection } = useConsole.getState();
  return selection?.kind === 'object' ? selection.name : null;
}

/** The legend shows tenths of a millimetre: it changes no more often than they do. */
function noteGap(gapM: number): void {
  const gapMm = Number.isNaN(gapM) ? null : Math.round(gapM * 1e4) / 10;
  if (gapMm !== useViewport.getState().gapMm) useViewport.setState({ gapMm });
}
