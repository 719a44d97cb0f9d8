// Owns what a click on an event does: the instant is shown, and the line of the program it came from is chosen.

import { useConsole } from '../../app/console-store.ts';
import type { Source } from '../../source/source.ts';
import type { StoryEvent } from '../../source/story.ts';

export function goToEvent(source: Source, { timeS, block, line }: Pick<StoryEvent, 'timeS' | 'block' | 'line'>): void {
  source.seek(timeS);
  if (block !== undefined && line !== undefined) {
    useConsole.setState({ selection: { kind: 'line', block, line } });
  }
}
