// Owns the picture of the lanes: events as shapes, so that their kind is not told by colour alone. Draws only when asked.

import type { TimeSpan } from '../../source/source.ts';
import type { StoryEvent } from '../../source/story.ts';
import { LANES } from '../../source/story-events.ts';
import { clockTime } from '../../source/time-words.ts';
import { rulerMarks, xOf } from './timeline-view.ts';

/** Height of the ruler, pixels. */
export const RULER_PX = 22;
/** Half of an event without a length, pixels. */
const MARK_PX = 4;

export interface LaneColours {
  readonly fg: string;
  readonly muted: string;
  readonly line: string;
  readonly sunken: string;
  readonly accent: string;
  readonly soft: string;
  readonly danger: string;
  readonly ok: string;
  readonly warn: string;
  readonly font: string;
}

export function laneColours(element: Element): LaneColours {
  const style = getComputedStyle(element);
  const value = (name: string) => style.getPropertyValue(name).trim();
  return {
    fg: value('--fg'),
    muted: value('--fg-muted'),
    line: value('--line'),
    sunken: value('--bg-sunken'),
    accent: value('--accent'),
    soft: value('--accent-soft'),
    danger: value('--danger-text'),
    ok: value('--ok-text'),
    warn: value('--warn-text'),
    font: style.fontFamily,
  };
}

export interface LanePlace {
  readonly width: number;
  readonly height: number;
}

export function laneHeight({ height }: LanePlace): number {
  return (height - RULER_PX) / LANES.length;
}

export function laneAt(y: number, place: LanePlace): StoryEvent['lane'] | undefined {
  return LANES[Math.floor((y - RULER_PX) / laneHeight(place))]?.lane;
}

export function drawLanes(
  context: CanvasRenderingContext2D,
  events: readonly StoryEvent[],
  view: TimeSpan,
  loop: TimeSpan | null,
  place: LanePlace,
  colours: LaneColours,
): void {
  const { width, height } = place;
  context.clearRect(0, 0, width, height);
  context.fillStyle = colours.sunken;
  context.fillRect(0, 0, width, RULER_PX);
  if (loop !== null) {
    const from = xOf(loop.startS, view, width);
    context.fillStyle = colours.soft;
    context.fillRect(from, 0, xOf(loop.endS, view, width) - from, height);
  }
  drawRuler(context, view, place, colours);
  const laneOf = new Map<string, number>(LANES.map(({ lane }, index) => [lane, index]));
  const each = laneHeight(place);
  const drawnTo = new Map<number, number>();
  for (const event of events) {
    if (event.endS < view.startS || event.timeS > view.endS) continue;
    const lane = laneOf.get(event.lane) ?? 0;
    const x = xOf(event.timeS, view, width);
    const end = xOf(event.endS, view, width);
    // Of thousands in one place only what can be told apart is drawn; what went wrong always is.
    if (end < (drawnTo.get(lane) ?? -1) + 1 && event.kind !== 'bad') continue;
    drawnTo.set(lane, Math.max(end, drawnTo.get(lane) ?? -1));
    drawEvent(context, event, x, end, RULER_PX + lane * each, each, colours);
  }
}

function drawRuler(context: CanvasRenderingContext2D, view: TimeSpan, place: LanePlace, colours: LaneColours): void {
  const { width, height } = place;
  const { timesS, stepS } = rulerMarks(view, width);
  const decimals = stepS >= 1 ? 0 : stepS >= 0.1 ? 1 : 2;
  context.font = `11px ${colours.font}`;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.lineWidth = 1;
  context.strokeStyle = colours.line;
  context.fillStyle = colours.muted;
  for (const timeS of timesS) {
    const x = Math.round(xOf(timeS, view, width)) + 0.5;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, height);
    context.stroke();
    const words = clockTime(timeS, decimals);
    if (x + 4 + context.measureText(words).width < width) context.fillText(words, x + 4, RULER_PX / 2);
  }
  const each = laneHeight(place);
  for (let lane = 0; lane <= LANES.length; lane++) {
    const y = Math.round(RULER_PX + lane * each) - 0.5;
    context.beginPath();
    context.moveTo(0, y);
    context.lineTo(width, y);
    context.stroke();
  }
}

function drawEvent(
  context: CanvasRenderingContext2D,
  { kind, label }: StoryEvent,
  x: number,
  end: number,
  top: number,
  each: number,
  colours: LaneColours,
): void {
  const colour = { plain: colours.accent, good: colours.ok, bad: colours.danger, human: colours.warn }[kind];
  const middle = top + each / 2;
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  if (end - x > 3) {
    const bar = Math.min(each - 4, 16);
    context.globalAlpha = 0.28;
    context.fillRect(x, middle - bar / 2, end - x, bar);
    context.globalAlpha = 1;
    context.strokeRect(x + 0.75, middle - bar / 2 + 0.75, Math.max(end - x - 1.5, 0.5), bar - 1.5);
    context.save();
    context.beginPath();
    context.rect(x, top, end - x - 3, each);
    context.clip();
    context.fillStyle = colours.fg;
    context.font = `11px ${colours.font}`;
    context.textBaseline = 'middle';
    if (kind === 'bad') cross(context, x + 9, middle, 3);
    if (end - x > 24) context.fillText(label, x + (kind === 'bad' ? 17 : 5), middle);
    context.restore();
    return;
  }
  context.beginPath();
  if (kind === 'good') context.arc(x, middle, MARK_PX, 0, 2 * Math.PI);
  else if (kind === 'human') triangle(context, x, middle);
  else if (kind === 'plain') context.rect(x - 1.5, middle - 6, 3, 12);
  if (kind === 'bad') {
    context.lineWidth = 2;
    cross(context, x, middle, MARK_PX);
  } else {
    context.fill();
  }
}

function cross(context: CanvasRenderingContext2D, x: number, y: number, r: number): void {
  context.beginPath();
  context.moveTo(x - r, y - r);
  context.lineTo(x + r, y + r);
  context.moveTo(x + r, y - r);
  context.lineTo(x - r, y + r);
  context.stroke();
}

function triangle(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.moveTo(x, y - MARK_PX - 1);
  context.lineTo(x + MARK_PX + 1, y + MARK_PX);
  context.lineTo(x - MARK_PX - 1, y + MARK_PX);
  context.closePath();
}
