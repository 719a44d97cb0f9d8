// Owns the events of the timeline as a list, for those who read instead of look. The newest are shown first in a long one.

import { useConsole } from '../../app/console-store.ts';
import type { Source } from '../../source/source.ts';
import { storyEvents } from '../../source/story-events.ts';
import { clockTime } from '../../source/time-words.ts';
import { useStory } from '../../source/use-source.ts';
import { goToEvent } from './go-to-event.ts';

/** More would hold up a frame; the log panel shows all. */
const MOST_SHOWN = 200;

export function EventList({ source }: { readonly source: Source }) {
  const story = useStory();
  const atS = useConsole(({ hoverS }) => hoverS);
  const events = story === undefined ? [] : storyEvents(story);
  const shown = events.map((event, place) => ({ event, place })).slice(-MOST_SHOWN);
  return (
    <details className="timeline-list">
      <summary>
        List of {events.length} {events.length === 1 ? 'event' : 'events'}
      </summary>
      <ol>
        {shown.map(({ event, place }) => (
          <li key={place}>
            <button
              type="button"
              className="timeline-list-item"
              data-near={atS !== null && Math.abs(atS - event.timeS) < 0.05 ? '' : undefined}
              onClick={() => goToEvent(source, event)}
            >
              <span className="timeline-list-time">{clockTime(event.timeS)}</span>
              <span className="timeline-list-lane">{event.lane}</span>
              <span>
                {event.kind === 'bad' ? '✕ ' : ''}
                {event.label}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </details>
  );
}
