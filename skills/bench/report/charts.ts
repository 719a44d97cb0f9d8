// Owns the small drawings of a report, as inline SVG: a rate with its interval, a difference with its interval, and
// failures by stage. Colours come from the page's style sheet by class.

import type { Interval } from '../../../sim/statistics.ts';
import { STAGES } from '../../api/errors.ts';
import { type Html, html } from './html.ts';

const WIDTH = 180;
const HEIGHT = 22;
/** Room for the whiskers' ends at both sides, pixels. */
const PAD = 4;

function x(share: number): number {
  return Math.round((PAD + share * (WIDTH - 2 * PAD)) * 10) / 10;
}

/** A success rate as a dot, its interval as a line, on a scale from 0 to 100 %. */
export function rateBar(rate: number, { low, high }: Interval): Html {
  const middle = HEIGHT / 2;
  return html`<svg class="bar" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${(100 * rate).toFixed(1)} percent, interval ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}">
${[0, 0.25, 0.5, 0.75, 1].map((tick) => html`<line class="${tick % 0.5 === 0 ? 'grid strong' : 'grid'}" x1="${x(tick)}" y1="2" x2="${x(tick)}" y2="${HEIGHT - 2}"/>`)}
<line class="whisker" x1="${x(low)}" y1="${middle}" x2="${x(high)}" y2="${middle}"/>
<circle class="dot" cx="${x(rate)}" cy="${middle}" r="4"/></svg>`;
}

/** A difference of two rates, on a scale from -100 to +100 points; the line in the middle is no difference. */
export function differenceBar(difference: number, { low, high }: Interval, shown: boolean): Html {
  const middle = HEIGHT / 2;
  const at = (value: number) => x((Math.max(-1, Math.min(1, value)) + 1) / 2);
  return html`<svg class="bar${shown ? '' : ' faint'}" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${(100 * difference).toFixed(1)} points, interval ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}">
${[-1, -0.5, 0.5, 1].map((tick) => html`<line class="grid" x1="${at(tick)}" y1="2" x2="${at(tick)}" y2="${HEIGHT - 2}"/>`)}
<line class="grid zero" x1="${at(0)}" y1="0" x2="${at(0)}" y2="${HEIGHT}"/>
<line class="whisker" x1="${at(low)}" y1="${middle}" x2="${at(high)}" y2="${middle}"/>
<circle class="dot" cx="${at(difference)}" cy="${middle}" r="4"/></svg>`;
}

const STACK_WIDTH = 420;

/** Failures by stage as one bar, as long as their share of the trials. */
export function stageBar(failures: Readonly<Record<string, number>>, trials: number, scale: number): Html {
  let start = 0;
  const parts = STAGES.map((stage) => {
    const count = failures[stage] ?? 0;
    if (count === 0) return html``;
    const width = (count / trials / scale) * STACK_WIDTH;
    const left = start;
    start += width;
    return html`<rect class="stage-${stage}" x="${left.toFixed(1)}" y="3" width="${Math.max(width, 0.5).toFixed(1)}" height="18"><title>${stage}: ${count} of ${trials}</title></rect>
${width > 16 ? html`<text class="on-stage" x="${(left + width / 2).toFixed(1)}" y="16">${count}</text>` : ''}`;
  });
  return html`<svg class="stack" viewBox="0 0 ${STACK_WIDTH} 24" role="img" aria-label="${Object.entries(failures)
    .map(([stage, count]) => `${stage} ${count}`)
    .join(', ')}"><rect class="track" x="0" y="3" width="${STACK_WIDTH}" height="18"/>${parts}</svg>`;
}
