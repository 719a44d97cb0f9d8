// Owns looking up one topic of a story by time: a story lies in memory as a whole. Pure.

import type { EpisodeMessage } from '../../drivers/episode/reader.ts';
import type { Story } from './story.ts';
import type { StoryTopic } from './story-builder.ts';

const known = new WeakMap<Story, Map<StoryTopic, readonly EpisodeMessage[]>>();

function messagesOf(story: Story, topic: StoryTopic): readonly EpisodeMessage[] {
  let lists = known.get(story);
  if (lists === undefined) {
    lists = new Map();
    known.set(story, lists);
  }
  let list = lists.get(topic);
  if (list === undefined) {
    list = [...collect(story, topic)].sort((a, b) => a.sequence - b.sequence);
    lists.set(topic, list);
  }
  return list;
}

function collect(story: Story, topic: StoryTopic): readonly EpisodeMessage[] {
  const { blocks } = story;
  switch (topic) {
    case '/program':
      return blocks.flatMap(({ program }) => (program.message.sha256 === '' ? [] : [program]));
    case '/check':
      return blocks.flatMap(({ check }) => check ?? []);
    case '/preview':
      return blocks.flatMap(({ preview }) => preview ?? []);
    case '/approval':
      return blocks.flatMap(({ approval }) => approval ?? []);
    case '/call':
      return blocks.flatMap(({ calls }) => calls);
    case '/output':
      return blocks.flatMap(({ output }) => output);
    case '/function':
      return blocks.flatMap(({ functions }) => functions);
    case '/result':
      return [...blocks.flatMap(({ result }) => result ?? []), ...(story.result === undefined ? [] : [story.result])];
    case '/gate':
      return story.gate;
    case '/remark':
      return story.remarks;
    case '/stop':
      return story.stops;
    case '/model':
      return story.models;
    case '/ensemble':
      return story.ensembles;
    case '/turn':
      return story.turns;
    case '/log':
      return story.log;
  }
}

const NOTHING = [undefined, undefined] as const;

/** The last message of a topic at or before an instant, and the next one. */
export function storyAround(
  story: Story,
  topic: StoryTopic,
  timeS: number,
): readonly [EpisodeMessage | undefined, EpisodeMessage | undefined] {
  const list = messagesOf(story, topic);
  if (list.length === 0) return NOTHING;
  const index = list.findLastIndex((message) => message.timeS <= timeS);
  return [list[index], list[index + 1]];
}
