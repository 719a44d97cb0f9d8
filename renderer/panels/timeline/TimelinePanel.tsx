// Owns the timeline: controls, lanes, and what the recording says about itself that could not be read.

import { useRef } from 'react';
import { useConsole } from '../../app/console-store.ts';
import { usePlayback } from '../../source/use-source.ts';
import { Empty } from '../../ui/Empty.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { EventList } from './EventList.tsx';
import { Lanes, type LanesHandle } from './Lanes.tsx';
import { TimelineTools } from './TimelineTools.tsx';

export function TimelinePanel() {
  const source = useConsole((store) => store.source);
  const problems = usePlayback(() => source?.problems().length ?? 0) ?? 0;
  const lanes = useRef<LanesHandle>(null);
  if (source === undefined) {
    return (
      <Empty
        icon="clock"
        title="No time to show yet"
        words="Open a cell, or a recording from the Episodes panel. What happens then stands here: turns, calls, approvals, stops."
      />
    );
  }
  return (
    <section className="timeline" aria-label="Timeline">
      <TimelineTools onZoom={(factor) => lanes.current?.zoom(factor)} onFit={() => lanes.current?.fit()} />
      {problems === 0 ? null : (
        <details className="timeline-problems">
          <summary>
            <Icon name="warning" /> {problems} {problems === 1 ? 'thing' : 'things'} could not be read
          </summary>
          <ul>
            {source.problems().map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </details>
      )}
      <Lanes source={source} handle={lanes} />
      <EventList source={source} />
    </section>
  );
}
