// Owns one plot on the screen: lines, limits, the instant that is shown and the one under the pointer. A press shows that
// instant everywhere. Draws on change only.

import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { useConsole } from '../../app/console-store.ts';
import type { Samples, Source, TimeSpan } from '../../source/source.ts';
import { clockTime } from '../../source/time-words.ts';
import type { PlotPreset } from './presets.ts';

/** Seven colours that differ in lightness too, and stand out on light and dark alike. */
const COLOURS = ['#3b7ce8', '#d9730d', '#1f9e6e', '#c2418a', '#8a6fe0', '#a08500', '#6b8299'] as const;

export interface PlotProps {
  readonly source: Source;
  readonly preset: PlotPreset;
  readonly samples: Samples;
  readonly span: TimeSpan;
}

export function Plot({ source, preset, samples, span }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const shown = useRef(span);
  shown.current = span;

  useEffect(() => {
    const box = place.current;
    if (box === null) return;
    const style = getComputedStyle(box);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const axis: uPlot.Axis = {
      stroke: colour('--fg-muted'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { stroke: colour('--line'), width: 1 },
      font: `11px ${style.fontFamily}`,
    };
    const made = new uPlot(
      {
        width: Math.max(box.clientWidth, 50),
        height: plotHeight(box),
        padding: [8, 10, 0, 0],
        legend: { live: true },
        cursor: { drag: { x: false, y: false }, points: { size: 5 } },
        scales: {
          x: {
            time: false,
            range: () => [shown.current.startS, Math.max(shown.current.endS, shown.current.startS + 0.1)],
          },
        },
        axes: [
          { ...axis, values: (_, splits) => splits.map((timeS) => clockTime(timeS, 1)) },
          { ...axis, size: 54, label: preset.unit, labelSize: 16, labelFont: `11px ${style.fontFamily}` },
        ],
        series: [
          { label: 'time', value: (_, timeS) => (timeS == null ? '' : clockTime(timeS)) },
          ...preset.series.map(({ label, isCommand, colour: index }) => ({
            label,
            stroke: COLOURS[index % COLOURS.length],
            width: isCommand === true ? 1 : 1.5,
            points: { show: false },
            value: (_: uPlot, value: number | null) => (value == null || Number.isNaN(value) ? '' : value.toFixed(3)),
            ...(isCommand === true ? { dash: [4, 4] } : {}),
          })),
        ],
        hooks: {
          draw: [(self) => drawMarks(self, source, preset, colour('--warn-text'), colour('--fg'), style.fontFamily)],
          setCursor: [
            (self) => {
              // The pointer of this plot alone: another's instant is drawn, not told on.
              if (!self.over.matches(':hover')) return;
              const { left } = self.cursor;
              useConsole.setState({ hoverS: left === undefined || left < 0 ? null : self.posToVal(left, 'x') });
            },
          ],
        },
      },
      [new Float64Array(0), ...preset.series.map(() => new Float64Array(0))],
      box,
    );
    plot.current = made;
    const seek = (event: MouseEvent) => source.seek(made.posToVal(event.offsetX, 'x'));
    const leave = () => useConsole.setState({ hoverS: null });
    made.over.addEventListener('click', seek);
    made.over.addEventListener('mouseleave', leave);
    let frame = 0;
    const soon = () => {
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        made.redraw(false, false);
      });
    };
    const sized = new ResizeObserver(() =>
      made.setSize({ width: Math.max(box.clientWidth, 50), height: plotHeight(box) }),
    );
    sized.observe(box);
    const ends = [
      source.onPlayback(soon),
      useConsole.subscribe(({ hoverS }, { hoverS: before }) => {
        if (hoverS !== before) soon();
      }),
    ];
    return () => {
      sized.disconnect();
      for (const end of ends) end();
      cancelAnimationFrame(frame);
      plot.current = undefined;
      made.destroy();
    };
  }, [source, preset]);

  // Behind the plot's own making, which a new preset brings about.
  useEffect(() => {
    const values = preset.series.map(
      (_, i) => samples.values[i] ?? new Float64Array(samples.timesS.length).fill(Number.NaN),
    );
    plot.current?.setData([samples.timesS, ...values], false);
    plot.current?.setScale('x', { min: span.startS, max: span.endS });
    plot.current?.redraw(true, true);
  }, [samples, span, preset]);

  return <div ref={place} className="plot" role="img" aria-label={`${preset.title} in ${preset.unit} over time`} />;
}

const LEGEND_PX = 56;

function plotHeight(box: HTMLElement): number {
  return Math.max(box.clientHeight - LEGEND_PX, 70);
}

function drawMarks(self: uPlot, source: Source, preset: PlotPreset, limit: string, ink: string, font: string): void {
  const { ctx, bbox } = self;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = limit;
  ctx.fillStyle = limit;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.font = `${10 * devicePixelRatio}px ${font}`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  for (const { level, label } of preset.limits) {
    const y = self.valToPos(level, 'y', true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    line(ctx, bbox.left, y, bbox.left + bbox.width, y);
    ctx.fillText(label, bbox.left + 4, y - 3);
  }
  const x = self.valToPos(source.playback().cursorS, 'x', true);
  ctx.setLineDash([]);
  ctx.strokeStyle = ink;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  line(ctx, x, bbox.top, x, bbox.top + bbox.height);
  const { hoverS } = useConsole.getState();
  if (hoverS !== null && !self.over.matches(':hover')) {
    const hover = self.valToPos(hoverS, 'x', true);
    ctx.lineWidth = devicePixelRatio;
    ctx.globalAlpha = 0.5;
    line(ctx, hover, bbox.top, hover, bbox.top + bbox.height);
  }
  ctx.restore();
}

function line(ctx: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}
