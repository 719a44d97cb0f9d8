// Owns showing a recording: from the library, from a dropped file, or the sample that comes with the console. Must never
// leave the window with half a recording: what cannot be opened leaves what was shown.

import type { EpisodeSource } from '../../../drivers/episode/reader.ts';
import { type ConsoleEpisode, EPISODE_FILES } from '../../../electron/ipc/console-contract.ts';
import { toast } from '../../app/console-store.ts';
import { chooseLayout } from '../../app/dock-store.ts';
import { showReplay } from '../../app/live-source.ts';
import { pageAddress } from '../../app/page-address.ts';
import { describeCause, hintOf } from '../../source/cause.ts';
import { episodeInFile, episodeOverHttp } from '../../source/episode-bytes.ts';
import { openReplaySource } from '../../source/replay-source.ts';

/** Beside the page. */
const SAMPLE = 'sample-episode.mcap';

let opening: AbortController | undefined;

/** Resolves when it is shown, or when in words it was said why not. A newer wish ends an older one. */
async function show(bytes: EpisodeSource, name: string): Promise<void> {
  opening?.abort(new Error('another recording was chosen'));
  const mine = new AbortController();
  opening = mine;
  try {
    const source = await openReplaySource(bytes, { label: name }, mine.signal);
    if (mine.signal.aborted) {
      source.dispose();
      return;
    }
    showReplay(source, name);
    chooseLayout('review');
  } catch (cause) {
    if (!mine.signal.aborted) toast('error', `${name} cannot be shown. ${describeCause(cause)}`, hintOf(cause));
  } finally {
    if (opening === mine) opening = undefined;
  }
}

export function openEpisode({ file, task, started }: ConsoleEpisode): Promise<void> {
  const { base, token } = pageAddress();
  const path = file.split('/').map(encodeURIComponent).join('/');
  return show(episodeOverHttp(base + EPISODE_FILES + path, token), `${task}, ${new Date(started).toLocaleString()}`);
}

export function openDroppedFile(file: File): Promise<void> {
  return show(episodeInFile(file), file.name);
}

export async function openSampleEpisode(): Promise<void> {
  try {
    const response = await fetch(SAMPLE);
    if (!response.ok) throw new Error(`the page answered ${response.status}`);
    await show(episodeInFile(await response.blob()), 'the sample episode');
  } catch (cause) {
    toast('error', `The sample episode cannot be shown. ${describeCause(cause)}`, 'Reload the page and try again.');
  }
}

/** Ends what is being opened. */
export function cancelOpening(): void {
  opening?.abort(new Error('the operator changed their mind'));
}
