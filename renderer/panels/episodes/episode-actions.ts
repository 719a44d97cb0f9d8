// Owns the actions of the library that are of use from anywhere.

import { registerActions } from '../../app/actions.ts';
import { useConsole } from '../../app/console-store.ts';
import { showLive } from '../../app/live-source.ts';
import { cancelOpening, openSampleEpisode } from './open-episode.ts';

registerActions([
  {
    id: 'episodes.sample',
    group: 'episodes',
    label: 'Open the sample episode',
    keywords: ['demo', 'replay', 'recording'],
    perform: openSampleEpisode,
  },
  {
    id: 'episodes.close',
    group: 'episodes',
    label: 'Close the recording',
    unavailable: () => (useConsole.getState().replayOf === null ? 'No recording is shown.' : undefined),
    perform: () => {
      cancelOpening();
      showLive();
    },
  },
]);
