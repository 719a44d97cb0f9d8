// Owns which episodes of the library are listed. Pure.

import type { ConsoleEpisode } from '../../../electron/ipc/console-contract.ts';

export interface EpisodeFilter {
  readonly text: string;
  /** 'all', or a value of that field. */
  readonly task: string;
  readonly outcome: string;
  readonly tier: string;
  readonly policy: string;
  /** First day, as 2026-11-21; empty for all. */
  readonly since: string;
}

export const ALL_EPISODES: EpisodeFilter = {
  text: '',
  task: 'all',
  outcome: 'all',
  tier: 'all',
  policy: 'all',
  since: '',
};

/** What a person said counts before what was judged. */
export function outcomeOf({ mark, outcome }: ConsoleEpisode): 'succeeded' | 'failed' | 'interrupted' {
  if (mark !== null) return mark === 'success' ? 'succeeded' : 'failed';
  return outcome === 'succeeded' || outcome === 'failed' ? outcome : 'interrupted';
}

export function filteredEpisodes(
  episodes: readonly ConsoleEpisode[],
  filter: EpisodeFilter,
): readonly ConsoleEpisode[] {
  const words = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const is = (wanted: string, value: string) => wanted === 'all' || wanted === value;
  return episodes.filter((episode) => {
    const { task, tier, policy, started, instruction, notes, tags, stage, id, robotId } = episode;
    const text = [task, tier, policy, instruction, notes, stage ?? '', id, robotId, ...tags].join(' ').toLowerCase();
    return (
      is(filter.task, task) &&
      is(filter.outcome, outcomeOf(episode)) &&
      is(filter.tier, tier) &&
      is(filter.policy, policy) &&
      (filter.since === '' || started.slice(0, 10) >= filter.since) &&
      words.every((word) => text.includes(word))
    );
  });
}

/** The values that occur, to choose from. */
export function choicesOf(episodes: readonly ConsoleEpisode[], field: 'task' | 'tier' | 'policy'): readonly string[] {
  return [...new Set(episodes.map((episode) => episode[field]))].sort();
}
