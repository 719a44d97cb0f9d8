// Owns the slider under the scene with which a preview is looked at before it runs. It moves a ghost, never a robot.

import { useEffect } from 'react';
import { perform } from '../../app/action-keys.ts';
import { actionOf } from '../../app/actions.ts';
import { Button } from '../../ui/Button.tsx';
import { scrubGhost, useViewport } from './viewport-store.ts';

const STEP_S = 0.05;

export function GhostSlider() {
  const preview = useViewport((state) => state.preview);
  const scrubS = useViewport((state) => state.scrubS);
  const playing = useViewport((state) => state.ghostPlaying);
  const shown = useViewport((state) => state.overlays.ghost);
  const durationS = preview?.durationS ?? 0;
  useGhostPlay(playing, durationS);
  if (preview === undefined || !shown || durationS <= 0 || preview.preview.postures === undefined) return null;
  const play = () => {
    const action = actionOf('viewport.play-ghost');
    if (action !== undefined) void perform(action);
  };
  const atS = scrubS ?? 0;
  return (
    <fieldset className="viewport-ghost" aria-label="Preview">
      <Button
        kind="quiet"
        size="small"
        icon={playing ? 'pause' : 'play'}
        name={playing ? 'Pause the ghost' : 'Play the preview as a ghost'}
        onClick={play}
      />
      <span className="viewport-ghost-word">Preview</span>
      <input
        className="viewport-ghost-slider"
        type="range"
        min={0}
        max={durationS}
        step={STEP_S}
        value={Math.min(atS, durationS)}
        aria-label="Instant of the preview"
        aria-valuetext={`${atS.toFixed(1)} of ${durationS.toFixed(1)} seconds`}
        onChange={(event) => {
          useViewport.setState({ ghostPlaying: false });
          scrubGhost(Number(event.currentTarget.value));
        }}
      />
      <output className="viewport-ghost-time">
        {atS.toFixed(1)} / {durationS.toFixed(1)} s
      </output>
      <Button
        kind="quiet"
        size="small"
        icon="cross"
        name="Hide the ghost"
        unavailable={scrubS === null ? 'No ghost is shown.' : undefined}
        onClick={() => {
          useViewport.setState({ ghostPlaying: false });
          scrubGhost(null);
        }}
      />
    </fieldset>
  );
}

/** The ghost goes at the speed of the preview until its end. */
function useGhostPlay(playing: boolean, durationS: number): void {
  useEffect(() => {
    if (!playing) return undefined;
    let frame = 0;
    let before = performance.now();
    const step = (nowMs: number) => {
      const atS = (useViewport.getState().scrubS ?? 0) + (nowMs - before) / 1000;
      before = nowMs;
      scrubGhost(Math.min(atS, durationS));
      if (atS >= durationS) useViewport.setState({ ghostPlaying: false });
      else frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [playing, durationS]);
}
