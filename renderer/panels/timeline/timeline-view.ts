// Owns which stretch of time the timeline shows and where an instant lies in it. Pure.

import type { TimeSpan } from '../../source/source.ts';

/** Nothing is shown shorter than this, seconds. */
const SHORTEST_S = 0.1;
/** A recording of an instant still has a width. */
const SHORTEST_SPAN_S = 1;

/** All of it, with a little room at the end. */
export function fitted({ startS, endS }: TimeSpan): TimeSpan {
  const lengthS = Math.max(endS - startS, SHORTEST_SPAN_S);
  return { startS, endS: startS + lengthS * 1.02 };
}

export function xOf(timeS: number, view: TimeSpan, width: number): number {
  return ((timeS - view.startS) / (view.endS - view.startS)) * width;
}

export function timeAt(x: number, view: TimeSpan, width: number): number {
  return view.startS + (x / Math.max(width, 1)) * (view.endS - view.startS);
}

/** A factor below 1 shows less. The instant `aroundS` stays where it is. */
export function zoomed(view: TimeSpan, aroundS: number, factor: number, span: TimeSpan): TimeSpan {
  const whole = fitted(span);
  const wanted = (view.endS - view.startS) * factor;
  const lengthS = Math.min(Math.max(wanted, SHORTEST_S), whole.endS - whole.startS);
  const share = (aroundS - view.startS) / (view.endS - view.startS);
  return kept({ startS: aroundS - share * lengthS, endS: aroundS + (1 - share) * lengthS }, span);
}

export function panned(view: TimeSpan, byS: number, span: TimeSpan): TimeSpan {
  return kept({ startS: view.startS + byS, endS: view.endS + byS }, span);
}

/** Moved so that the instant is to be seen; the same view when it is. */
export function showing(view: TimeSpan, timeS: number, span: TimeSpan): TimeSpan {
  const lengthS = view.endS - view.startS;
  if (timeS >= view.startS && timeS <= view.endS) return view;
  const startS = timeS > view.endS ? timeS - 0.75 * lengthS : timeS - 0.25 * lengthS;
  return kept({ startS, endS: startS + lengthS }, span);
}

function kept(view: TimeSpan, span: TimeSpan): TimeSpan {
  const whole = fitted(span);
  const lengthS = Math.min(view.endS - view.startS, whole.endS - whole.startS);
  const startS = Math.min(Math.max(view.startS, whole.startS), whole.endS - lengthS);
  return { startS, endS: startS + lengthS };
}

const STEPS_S = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];

/** Instants for marks on the ruler, at least `minPx` apart. */
export function rulerMarks(
  view: TimeSpan,
  width: number,
  minPx = 72,
): { readonly timesS: number[]; readonly stepS: number } {
  const least = ((view.endS - view.startS) / Math.max(width, 1)) * minPx;
  const stepS = STEPS_S.find((step) => step >= least) ?? Math.ceil(least / 3600) * 3600;
  const timesS: number[] = [];
  for (let n = Math.ceil(view.startS / stepS - 1e-9); n * stepS <= view.endS; n++) timesS.push(n * stepS);
  return { timesS, stepS };
}
