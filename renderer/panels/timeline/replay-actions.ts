// Owns what an operator can do with the time that is shown: play, step, jump, loop, follow; with the keys that players of
// recordings have. Must never move a robot.

import { type Action, registerActions } from '../../app/actions.ts';
import { useConsole } from '../../app/console-store.ts';
import type { Source } from '../../source/source.ts';
import { storyEvents } from '../../source/story-events.ts';

export const RATES = [0.1, 0.25, 0.5, 1, 2, 5, 10] as const;

const shown = (): Source | undefined => useConsole.getState().source;

function whyNotSeek(): string | undefined {
  return shown()?.can.seek === true ? undefined : 'Nothing is shown. Open a cell or a recording.';
}

function whyNotPlay(): string | undefined {
  const source = shown();
  if (source === undefined) return 'Nothing is shown. Open a recording.';
  return source.can.play ? undefined : 'The live cell runs by itself. Only a recording is played.';
}

const move = (byS: number) => () => {
  const source = shown();
  if (source !== undefined) source.seek(source.playback().cursorS + byS);
};

export function togglePlay(): void {
  const source = shown();
  if (source === undefined) return;
  if (source.playback().playing) source.pause();
  else source.play();
}

/** The stretch between the events around the cursor. */
export function toggleLoop(): void {
  const source = shown();
  if (source === undefined) return;
  const { loop, span, cursorS } = source.playback();
  if (loop !== null) {
    source.setLoop(null);
    return;
  }
  const calls = storyEvents(source.story()).filter(({ lane }) => lane === 'calls');
  const here = calls.find(({ timeS, endS }) => timeS <= cursorS && cursorS < endS && endS > timeS);
  source.setLoop(here === undefined ? span : { startS: here.timeS, endS: here.endS });
}

const seeking = (action: Omit<Action, 'group' | 'unavailable'>): Action => ({
  ...action,
  group: 'replay',
  unavailable: whyNotSeek,
});
const playing = (action: Omit<Action, 'group' | 'unavailable'>): Action => ({
  ...action,
  group: 'replay',
  unavailable: whyNotPlay,
});

const ACTIONS: readonly Action[] = [
  playing({
    id: 'replay.play',
    label: 'Play or pause the recording',
    keys: [' '],
    checked: () => shown()?.playback().playing === true,
    perform: togglePlay,
  }),
  playing({
    id: 'replay.reverse',
    label: 'Play the recording backwards',
    perform: () => shown()?.play(-Math.abs(shown()?.playback().rate ?? 1)),
  }),
  ...RATES.map((rate) =>
    playing({
      id: `replay.rate.${rate}`,
      label: `Play at ${rate}x`,
      keywords: ['speed'],
      checked: () => Math.abs(shown()?.playback().rate ?? 0) === rate,
      perform: () => shown()?.setRate(rate),
    }),
  ),
  seeking({ id: 'replay.back', label: 'Back 100 ms', keys: ['ArrowLeft'], perform: move(-0.1) }),
  seeking({ id: 'replay.forth', label: 'Forward 100 ms', keys: ['ArrowRight'], perform: move(0.1) }),
  seeking({ id: 'replay.back-far', label: 'Back 500 ms', keys: ['alt+ArrowLeft'], perform: move(-0.5) }),
  seeking({ id: 'replay.forth-far', label: 'Forward 500 ms', keys: ['alt+ArrowRight'], perform: move(0.5) }),
  seeking({ id: 'replay.back-near', label: 'Back 10 ms', keys: ['shift+ArrowLeft'], perform: move(-0.01) }),
  seeking({ id: 'replay.forth-near', label: 'Forward 10 ms', keys: ['shift+ArrowRight'], perform: move(0.01) }),
  seeking({
    id: 'replay.step-back',
    label: 'Back one control step',
    keys: [','],
    perform: () => shown()?.step({ ticks: -1 }),
  }),
  seeking({
    id: 'replay.step-forth',
    label: 'Forward one control step',
    keys: ['.'],
    perform: () => shown()?.step({ ticks: 1 }),
  }),
  seeking({
    id: 'replay.event-back',
    label: 'To the event before',
    keys: ['['],
    perform: () => shown()?.step({ events: -1 }),
  }),
  seeking({
    id: 'replay.event-forth',
    label: 'To the next event',
    keys: [']'],
    perform: () => shown()?.step({ events: 1 }),
  }),
  seeking({
    id: 'replay.start',
    label: 'To the beginning',
    keys: ['Home'],
    perform: () => shown()?.seek(Number.NEGATIVE_INFINITY),
  }),
  seeking({ id: 'replay.end', label: 'To the end', keys: ['End'], perform: toEnd }),
  playing({
    id: 'replay.loop',
    label: 'Loop the call at the cursor, or all',
    keys: ['l'],
    checked: () => (shown()?.playback().loop ?? null) !== null,
    perform: toggleLoop,
  }),
  {
    id: 'replay.follow',
    group: 'replay',
    label: 'Follow the live cell',
    unavailable: () => {
      const source = shown();
      if (source === undefined || source.can.play) return 'No live cell is shown.';
      return source.playback().following ? 'It is followed already.' : undefined;
    },
    perform: () => shown()?.follow(),
  },
];

function toEnd(): void {
  const source = shown();
  if (source === undefined) return;
  // The end of what is live is now.
  if (source.can.play) source.seek(source.playback().span.endS);
  else source.follow();
}

registerActions(ACTIONS);
