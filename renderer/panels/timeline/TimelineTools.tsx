// Owns the controls above the lanes: play, speed, steps, the instant that is shown, and whether that is now.

import { perform } from '../../app/action-keys.ts';
import { actionOf } from '../../app/actions.ts';
import { useConsole } from '../../app/console-store.ts';
import { clockTime } from '../../source/time-words.ts';
import { usePlayback } from '../../source/use-source.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon, type IconName } from '../../ui/Icon.tsx';
import { chordInWords } from '../../ui/Keys.tsx';
import { RATES } from './replay-actions.ts';

function ActionButton({
  id,
  icon,
  pressed,
}: {
  readonly id: string;
  readonly icon: IconName;
  readonly pressed?: boolean;
}) {
  const action = actionOf(id);
  if (action === undefined) return null;
  const key = action.keys?.[0];
  return (
    <Button
      kind="quiet"
      size="small"
      icon={icon}
      name={action.label}
      aria-pressed={pressed}
      tip={key === undefined ? action.label : `${action.label} (${chordInWords(key)})`}
      unavailable={action.unavailable?.()}
      onClick={() => void perform(action)}
    />
  );
}

export interface TimelineToolsProps {
  readonly onZoom: (factor: number) => void;
  readonly onFit: () => void;
}

export function TimelineTools({ onZoom, onFit }: TimelineToolsProps) {
  const source = useConsole((store) => store.source);
  const playing = usePlayback((playback) => playback.playing) ?? false;
  const rate = usePlayback((playback) => playback.rate) ?? 1;
  const following = usePlayback((playback) => playback.following) ?? false;
  const looping = usePlayback((playback) => playback.loop !== null) ?? false;
  const loading = usePlayback((playback) => playback.loading) ?? false;
  // Ten times a second is enough for words.
  const cursor = usePlayback(({ cursorS }) => clockTime(cursorS, playing ? 1 : 2));
  const end = usePlayback(({ span }) => clockTime(span.endS, 1));
  if (source === undefined) return null;
  return (
    <div className="timeline-tools" role="toolbar" aria-label="Time">
      {source.can.play ? (
        <>
          <ActionButton id="replay.play" icon={playing ? 'pause' : 'play'} pressed={playing} />
          <Button
            kind="quiet"
            size="small"
            icon="left"
            name="Play backwards"
            aria-pressed={playing && rate < 0}
            onClick={() => source.play(playing && rate < 0 ? Math.abs(rate) : -Math.abs(rate))}
          />
          <select
            className="input timeline-rate"
            aria-label="Speed of the replay"
            value={Math.abs(rate)}
            onChange={(event) => source.setRate(Math.sign(rate) * Number(event.target.value))}
          >
            {RATES.map((one) => (
              <option key={one} value={one}>
                {one}x
              </option>
            ))}
          </select>
          <ActionButton id="replay.loop" icon="reset" pressed={looping} />
        </>
      ) : (
        <>
          <span className={following ? 'badge badge-ok' : 'badge badge-warn'}>
            <Icon name={following ? 'dot' : 'clock'} />
            {following ? 'Live' : 'In the past'}
          </span>
          <Button
            size="small"
            unavailable={following ? 'What is shown is live.' : undefined}
            onClick={() => source.follow()}
          >
            Follow
          </Button>
        </>
      )}
      <span className="timeline-gap" />
      <ActionButton id="replay.event-back" icon="up" />
      <ActionButton id="replay.event-forth" icon="down" />
      <output className="timeline-clock" aria-label="Instant that is shown, robot time">
        {cursor} <span className="timeline-end">of {end}</span>
      </output>
      {loading ? <span className="timeline-loading">Reading…</span> : null}
      <span className="timeline-spring" />
      <Button kind="quiet" size="small" icon="minus" name="Show more time" onClick={() => onZoom(2)} />
      <Button kind="quiet" size="small" icon="plus" name="Show less time" onClick={() => onZoom(0.5)} />
      <Button kind="quiet" size="small" onClick={onFit}>
        Fit
      </Button>
    </div>
  );
}
