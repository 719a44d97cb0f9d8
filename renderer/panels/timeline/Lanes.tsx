// Owns the lanes under the pointer and the keys: scrubbing, hovering, zoom and pan, and the line that marks the instant
// that is shown. Follows the source in animation frames, never through React.

import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from 'react';
import { useConsole } from '../../app/console-store.ts';
import type { Source, TimeSpan } from '../../source/source.ts';
import type { StoryEvent } from '../../source/story.ts';
import { LANES, storyEvents } from '../../source/story-events.ts';
import { clockTime, spokenTime } from '../../source/time-words.ts';
import { usePanelVisible } from '../panel-visible.ts';
import { drawLanes, laneAt, laneColours, RULER_PX } from './draw-lanes.ts';
import { goToEvent } from './go-to-event.ts';
import { fitted, panned, showing, timeAt, xOf, zoomed } from './timeline-view.ts';

/** An event is under the pointer when it is as near as this, pixels. */
const REACH_PX = 6;

export interface LanesHandle {
  zoom(factor: number): void;
  fit(): void;
}

interface Hover {
  readonly x: number;
  readonly words: string;
}

export function Lanes({ source, handle }: { readonly source: Source; readonly handle: RefObject<LanesHandle | null> }) {
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const cursor = useRef<HTMLDivElement>(null);
  const ghost = useRef<HTMLDivElement>(null);
  const slider = useRef<HTMLDivElement>(null);
  /** Null shows everything there is. */
  const chosen = useRef<TimeSpan | null>(null);
  const pressed = useRef<{ readonly x: number; readonly event: StoryEvent | undefined; moved: boolean } | null>(null);
  const redraw = useRef<() => void>(() => undefined);
  const [hover, setHover] = useState<Hover | null>(null);
  const visible = usePanelVisible();

  const view = (): TimeSpan => chosen.current ?? fitted(source.playback().span);
  const size = () => ({ width: place.current?.clientWidth ?? 1, height: place.current?.clientHeight ?? 1 });

  useEffect(() => {
    if (!visible) return;
    let frame = 0;
    let drawn = '';
    const draw = () => {
      frame = 0;
      const [box, context] = [place.current, canvas.current?.getContext('2d')];
      if (box === null || context == null || canvas.current === null) return;
      const playback = source.playback();
      if (chosen.current !== null && (playback.playing || playback.following)) {
        chosen.current = showing(chosen.current, playback.cursorS, playback.span);
      }
      const shown = view();
      const { width, height } = size();
      const story = source.story();
      const dpr = window.devicePixelRatio;
      const theme = document.documentElement.dataset.theme;
      const loop = playback.loop === null ? '' : `${playback.loop.startS} ${playback.loop.endS}`;
      const key = [shown.startS, shown.endS, width, height, story.revision, dpr, theme, loop].join(' ');
      if (key !== drawn) {
        drawn = key;
        canvas.current.width = Math.round(width * dpr);
        canvas.current.height = Math.round(height * dpr);
        context.setTransform(dpr, 0, 0, dpr, 0, 0);
        drawLanes(context, storyEvents(story), shown, playback.loop, { width, height }, laneColours(box));
      }
      moveTo(cursor.current, xOf(playback.cursorS, shown, width), width);
      const { hoverS } = useConsole.getState();
      moveTo(ghost.current, hoverS === null ? -1 : xOf(hoverS, shown, width), width);
      describe(slider.current, playback.cursorS, playback.span);
    };
    const soon = () => {
      if (frame === 0) frame = requestAnimationFrame(draw);
    };
    redraw.current = soon;
    soon();
    const sized = new ResizeObserver(soon);
    if (place.current !== null) sized.observe(place.current);
    const themed = new MutationObserver(soon);
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const ends = [
      source.onPlayback(soon),
      source.onStory(soon),
      useConsole.subscribe(({ hoverS }, { hoverS: before }) => {
        if (hoverS !== before) soon();
      }),
    ];
    return () => {
      cancelAnimationFrame(frame);
      sized.disconnect();
      themed.disconnect();
      for (const end of ends) end();
      useConsole.setState({ hoverS: null });
    };
  });

  const zoom = (factor: number, aroundS = source.playback().cursorS) => {
    const shown = view();
    const around = aroundS >= shown.startS && aroundS <= shown.endS ? aroundS : (shown.startS + shown.endS) / 2;
    chosen.current = zoomed(shown, around, factor, source.playback().span);
    redraw.current();
  };

  useImperativeHandle(handle, () => ({
    zoom,
    fit: () => {
      chosen.current = null;
      redraw.current();
    },
  }));

  // React listens to wheels passively; a zoom must keep the page where it is.
  useEffect(() => {
    const box = place.current;
    if (box === null) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const { width } = size();
      const { left } = box.getBoundingClientRect();
      const shown = view();
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        const px = Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.deltaY;
        chosen.current = panned(shown, (px / width) * (shown.endS - shown.startS), source.playback().span);
        redraw.current();
      } else {
        zoom(1.0015 ** event.deltaY, timeAt(event.clientX - left, shown, width));
      }
    };
    box.addEventListener('wheel', onWheel, { passive: false });
    return () => box.removeEventListener('wheel', onWheel);
  });

  const under = ({ clientX, clientY }: PointerEvent) => {
    const { left, top } = place.current?.getBoundingClientRect() ?? { left: 0, top: 0 };
    const { width, height } = size();
    const x = Math.min(Math.max(clientX - left, 0), width);
    const shown = view();
    const timeS = timeAt(x, shown, width);
    const lane = laneAt(clientY - top, { width, height });
    const reachS = (REACH_PX / width) * (shown.endS - shown.startS);
    return {
      x,
      timeS,
      event: clientY - top < RULER_PX ? undefined : nearest(storyEvents(source.story()), lane, timeS, reachS),
    };
  };

  const onPointerMove = (event: PointerEvent) => {
    const { x, timeS, event: found } = under(event);
    if (pressed.current !== null) {
      if (Math.abs(x - pressed.current.x) > 3) pressed.current.moved = true;
      if (pressed.current.event === undefined || pressed.current.moved) source.seek(timeS);
    }
    setHover({ x, words: `${clockTime(timeS)}${found === undefined ? '' : ` · ${found.label}`}` });
    useConsole.setState({ hoverS: timeS });
  };

  return (
    <div className="timeline-body">
      <div className="timeline-names" aria-hidden="true">
        <span className="timeline-corner" />
        {LANES.map(({ lane, title }) => (
          <span key={lane}>{title}</span>
        ))}
      </div>
      <div
        ref={place}
        className="timeline-lanes"
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          const { x, timeS, event: found } = under(event);
          pressed.current = { x, event: found, moved: false };
          event.currentTarget.setPointerCapture(event.pointerId);
          slider.current?.focus({ preventScroll: true });
          if (found === undefined) source.seek(timeS);
        }}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          const press = pressed.current;
          pressed.current = null;
          if (press?.event !== undefined && !press.moved) goToEvent(source, press.event);
        }}
        onPointerCancel={() => {
          pressed.current = null;
        }}
        onPointerLeave={() => {
          setHover(null);
          useConsole.setState({ hoverS: null });
        }}
      >
        <canvas ref={canvas} className="timeline-canvas" />
        <div ref={ghost} className="timeline-ghost" aria-hidden="true" />
        <div ref={cursor} className="timeline-cursor" aria-hidden="true" />
        {/* The keys of the whole page work here too; this one hears those that a slider keeps to itself. */}
        <div
          ref={slider}
          className="timeline-slider"
          role="slider"
          tabIndex={0}
          aria-label="Timeline"
          aria-valuenow={0}
          onKeyDown={(event) => onSliderKey(event, source)}
        />
        {hover === null ? null : (
          <div
            className="timeline-hover"
            style={{ left: `${Math.min(hover.x + 12, size().width - 160)}px` }}
            aria-hidden="true"
          >
            {hover.words}
          </div>
        )}
      </div>
    </div>
  );
}

function moveTo(element: HTMLElement | null, x: number, width: number): void {
  if (element === null) return;
  element.hidden = x < 0 || x > width;
  element.style.transform = `translateX(${x}px)`;
}

function describe(element: HTMLElement | null, cursorS: number, { startS, endS }: TimeSpan): void {
  if (element === null) return;
  element.setAttribute('aria-valuemin', startS.toFixed(2));
  element.setAttribute('aria-valuemax', endS.toFixed(2));
  element.setAttribute('aria-valuenow', cursorS.toFixed(2));
  element.setAttribute('aria-valuetext', `${spokenTime(cursorS)} of ${spokenTime(endS)}`);
}

function nearest(
  events: readonly StoryEvent[],
  lane: StoryEvent['lane'] | undefined,
  timeS: number,
  reachS: number,
): StoryEvent | undefined {
  let best: StoryEvent | undefined;
  let bestS = reachS;
  for (const event of events) {
    if (event.lane !== lane) continue;
    const awayS = Math.max(event.timeS - timeS, timeS - event.endS, 0);
    if (awayS <= bestS) [best, bestS] = [event, awayS];
  }
  return best;
}

const BARE_STEPS_S = 0.1;

function onSliderKey(event: KeyboardEvent, source: Source): void {
  const { key, altKey, shiftKey, ctrlKey, metaKey } = event;
  if (ctrlKey || metaKey) return;
  const { cursorS, span } = source.playback();
  const stepS = altKey ? 0.5 : shiftKey ? 0.01 : BARE_STEPS_S;
  if (key === 'ArrowLeft') source.seek(cursorS - stepS);
  else if (key === 'ArrowRight') source.seek(cursorS + stepS);
  else if (key === 'ArrowUp') source.step({ events: -1 });
  else if (key === 'ArrowDown') source.step({ events: 1 });
  else if (key === 'PageUp') source.seek(cursorS - (span.endS - span.startS) / 10);
  else if (key === 'PageDown') source.seek(cursorS + (span.endS - span.startS) / 10);
  else if (key === 'Home') source.seek(span.startS);
  else if (key === 'End' && source.can.play) source.seek(span.endS);
  else if (key === 'End') source.follow();
  else if (key === ' ' && source.can.play) {
    if (source.playback().playing) source.pause();
    else source.play();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}
