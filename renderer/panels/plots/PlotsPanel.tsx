// Owns the plots: which quantity, of which arm, over how long; and reading their samples anew as time goes on.

import { useEffect, useState } from 'react';
import type { EpisodeMessage, TopicName } from '../../../drivers/episode/reader.ts';
import { useConsole } from '../../app/console-store.ts';
import { showError } from '../../app/session-client.ts';
import { useTheme } from '../../app/theme.ts';
import type { Samples, Source, TimeSpan } from '../../source/source.ts';
import { usePlayback } from '../../source/use-source.ts';
import { Empty } from '../../ui/Empty.tsx';
import { usePanelVisible } from '../panel-visible.ts';
import { Plot } from './Plot.tsx';
import { type PlotPreset, PRESETS, speedOf } from './presets.ts';

const MOST_POINTS = 2400;
/** A live plot is read anew this often, milliseconds. */
const LIVE_MS = 300;
const WINDOWS_S = [10, 60, 600, Number.POSITIVE_INFINITY] as const;
const WINDOW_WORDS: ReadonlyMap<number, string> = new Map([
  [10, '10 s'],
  [60, '1 min'],
  [600, '10 min'],
  [Number.POSITIVE_INFINITY, 'All'],
]);

export function PlotsPanel() {
  const source = useConsole((store) => store.source);
  const [id, setId] = useState('position');
  const [arm, setArm] = useState(0);
  const [windowS, setWindow] = useState<number>(10);
  const theme = useTheme((store) => store.shown);
  const arms = usePlayback(() => source?.latest('/robot/state')?.message.arms.length ?? 1) ?? 1;
  if (source === undefined) {
    return (
      <Empty
        icon="plot"
        title="Nothing to plot yet"
        words="Open a cell or a recording. Joints, gripper and speed are plotted here."
      />
    );
  }
  const presets = PRESETS[Math.min(arm, arms - 1)] ?? PRESETS[0];
  const preset = presets.find((one) => one.id === id) ?? presets[0];
  return (
    <section className="plots" aria-label="Plots">
      <div className="plots-tools">
        <select className="input" aria-label="Quantity" value={id} onChange={(event) => setId(event.target.value)}>
          {presets.map((one) => (
            <option key={one.id} value={one.id}>
              {one.title}
            </option>
          ))}
        </select>
        {arms < 2 ? null : (
          <select
            className="input"
            aria-label="Arm"
            value={arm}
            onChange={(event) => setArm(Number(event.target.value))}
          >
            <option value={0}>Left arm</option>
            <option value={1}>Right arm</option>
          </select>
        )}
        <select
          className="input"
          aria-label="Length of time"
          value={String(windowS)}
          onChange={(event) => setWindow(Number(event.target.value))}
        >
          {WINDOWS_S.map((one) => (
            <option key={one} value={String(one)}>
              {WINDOW_WORDS.get(one)}
            </option>
          ))}
        </select>
      </div>
      <Reading key={`${preset.id} ${arm} ${theme}`} source={source} preset={preset} windowS={windowS} />
    </section>
  );
}

/** The stretch around the cursor; of what is live, the last one. */
function spanAround(source: Source, windowS: number): TimeSpan {
  const { span, cursorS, following } = source.playback();
  if (windowS >= span.endS - span.startS) return span;
  const startS = following ? span.endS - windowS : cursorS - windowS / 2;
  const from = Math.min(Math.max(startS, span.startS), span.endS - windowS);
  return { startS: from, endS: from + windowS };
}

function Reading({
  source,
  preset,
  windowS,
}: {
  readonly source: Source;
  readonly preset: PlotPreset;
  readonly windowS: number;
}) {
  const [read, setRead] = useState<{ readonly samples: Samples; readonly span: TimeSpan } | null>(null);
  const visible = usePanelVisible();
  useEffect(() => {
    if (!visible) return;
    const ended = new AbortController();
    let reading = false;
    let again = false;
    let readSpan: TimeSpan | undefined;
    const refresh = async () => {
      if (reading) {
        again = true;
        return;
      }
      reading = true;
      try {
        do {
          again = false;
          const span = spanAround(source, windowS);
          const samples = await presetSamples(source, preset, span, ended.signal);
          readSpan = span;
          setRead({ samples, span });
        } while (again);
      } catch (error) {
        if (!ended.signal.aborted) showError(error);
      } finally {
        reading = false;
      }
    };
    const needsMore = () => {
      if (readSpan === undefined) return true;
      const wanted = spanAround(source, windowS);
      const slackS = source.can.play ? (wanted.endS - wanted.startS) / 4 : 0;
      return Math.abs(wanted.startS - readSpan.startS) > slackS || Math.abs(wanted.endS - readSpan.endS) > slackS;
    };
    void refresh();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = source.onPlayback(() => {
      if (timer !== undefined || !needsMore()) return;
      timer = setTimeout(
        () => {
          timer = undefined;
          void refresh();
        },
        source.can.play ? 0 : LIVE_MS,
      );
    });
    return () => {
      ended.abort();
      clearTimeout(timer);
      end();
    };
  }, [source, preset, windowS, visible]);
  if (read === null) return <p className="plots-wait">Reading…</p>;
  if (read.samples.timesS.length === 0) {
    return <p className="plots-wait">Nothing of this was recorded in this stretch of time.</p>;
  }
  return <Plot source={source} preset={preset} samples={read.samples} span={read.span} />;
}

async function presetSamples(
  source: Source,
  preset: PlotPreset,
  span: TimeSpan,
  signal: AbortSignal,
): Promise<Samples> {
  const { topic, pick } = preset.source;
  const picked = pick as (message: EpisodeMessage<TopicName>) => readonly number[];
  const samples = await source.samples<TopicName>(topic, span, picked, MOST_POINTS, signal);
  if (preset.derive !== 'speed' || samples.values.length < 3) return samples;
  return { timesS: samples.timesS, values: [speedOf(samples.timesS, samples.values)] };
}
