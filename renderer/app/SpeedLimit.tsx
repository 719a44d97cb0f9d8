// Owns the operator's speed limit: a share of the robot's own limits, held by the gate for the next preview and run.

import { Slider } from 'radix-ui';
import { useEffect, useState } from 'react';
import { useConsole } from './console-store.ts';
import { askSession } from './session-client.ts';

const LEAST_PERCENT = 5;
const STEP_PERCENT = 5;

export function SpeedLimit() {
  const speedScale = useConsole((state) => state.state?.cell?.speedScale);
  const holdsLease = useConsole((state) => state.holdsLease);
  const phase = useConsole((state) => state.state?.phase);
  const known = speedScale === undefined ? 100 : Math.round(speedScale * 100);
  const [percent, setPercent] = useState(known);
  useEffect(() => setPercent(known), [known]);
  const disabled = !holdsLease || phase === 'running' || speedScale === undefined;
  return (
    <div className="strip-fact speed-limit">
      <span className="strip-fact-name" id="speed-limit-name">
        Speed limit
      </span>
      <div className="speed-limit-row">
        <Slider.Root
          className="slider"
          min={LEAST_PERCENT}
          max={100}
          step={STEP_PERCENT}
          disabled={disabled}
          value={[percent]}
          onValueChange={([value]) => setPercent(value)}
          onValueCommit={([value]) => {
            void askSession('setSpeed', { speedScale: value / 100 }).then((done) => {
              if (!done) setPercent(known);
            });
          }}
        >
          <Slider.Track className="slider-track">
            <Slider.Range className="slider-range" />
          </Slider.Track>
          <Slider.Thumb
            className="slider-thumb"
            aria-labelledby="speed-limit-name"
            aria-valuetext={`${percent} percent`}
          />
        </Slider.Root>
        <output className="speed-limit-value">{percent} %</output>
      </div>
    </div>
  );
}
