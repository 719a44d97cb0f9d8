// A source for tests of the viewport: a whole recording in memory, with a cursor that the test puts where it likes. What
// the console itself uses reads piece by piece; this one is as plain as can be.

import type { Episode, EpisodeMessage, TopicName } from '../../drivers/episode/reader.ts';
import type { Playback, Samples, Source } from '../../renderer/source/source.ts';
import type { Story, StoryBlock } from '../../renderer/source/story.ts';

type Messages = Map<TopicName, EpisodeMessage[]>;

export class RecordedSource implements Source {
  readonly label = 'recorded';
  readonly can = { seek: true, play: false };
  readonly #messages: Messages;
  readonly #story: Story;
  readonly #listeners = new Set<() => void>();
  #playback: Playback;

  private constructor(messages: Messages) {
    this.#messages = messages;
    this.#story = storyOf(messages);
    const times = [...messages.values()].flat().map(({ timeS }) => timeS);
    const span = { startS: Math.min(...times), endS: Math.max(...times) };
    const still = { following: false, playing: false, rate: 1, jumps: 0, loop: null, loading: false };
    this.#playback = { span, cursorS: span.startS, ...still };
  }

  static async of(episode: Episode): Promise<RecordedSource> {
    const messages: Messages = new Map();
    for await (const message of episode.messages()) {
      const list = messages.get(message.topic) ?? [];
      list.push(message);
      messages.set(message.topic, list);
    }
    return new RecordedSource(messages);
  }

  playback(): Playback {
    return this.#playback;
  }

  onPlayback(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  story(): Story {
    return this.#story;
  }

  onStory(): () => void {
    return () => undefined;
  }

  latest<T extends TopicName>(topic: T): EpisodeMessage<T> | undefined {
    return this.around(topic)[0];
  }

  around<T extends TopicName>(topic: T): readonly [EpisodeMessage<T> | undefined, EpisodeMessage<T> | undefined] {
    const list = this.#of(topic);
    const { cursorS } = this.#playback;
    let next = 0;
    while (next < list.length && list[next].timeS <= cursorS + 1e-9) next += 1;
    return [list[next - 1], list[next]];
  }

  async samples<T extends TopicName>(
    topic: T,
    { startS, endS }: { readonly startS: number; readonly endS: number },
    pick: (message: EpisodeMessage<T>) => readonly number[],
  ): Promise<Samples> {
    const list = this.#of(topic).filter(({ timeS }) => timeS >= startS && timeS <= endS);
    const rows = list.map(pick);
    return {
      timesS: Float64Array.from(list, ({ timeS }) => timeS),
      values: (rows[0] ?? []).map((_, series) => Float64Array.from(rows, (row) => row[series])),
    };
  }

  async at<T extends TopicName>(topic: T, timeS: number): Promise<EpisodeMessage<T> | undefined> {
    return this.#of(topic).findLast((message) => message.timeS <= timeS);
  }

  /** @param jump as a person does it; a source that plays goes on without */
  seek(timeS: number, jump = true): void {
    const { jumps } = this.#playback;
    this.#playback = { ...this.#playback, cursorS: timeS, jumps: jump ? jumps + 1 : jumps };
    for (const listener of this.#listeners) listener();
  }

  follow(): void {}
  play(): void {}
  pause(): void {}
  setRate(): void {}
  setLoop(): void {}
  step(): void {}
  dispose(): void {}

  problems(): readonly string[] {
    return [];
  }

  #of<T extends TopicName>(topic: T): readonly EpisodeMessage<T>[] {
    return (this.#messages.get(topic) ?? []) as unknown as readonly EpisodeMessage<T>[];
  }
}

/** As much of the story as the viewport looks at: blocks with preview, approval, start and end. */
function storyOf(messages: Messages): Story {
  const all = <T extends TopicName>(topic: T) => (messages.get(topic) ?? []) as unknown as readonly EpisodeMessage<T>[];
  const blocks = all('/program').map((program): StoryBlock => {
    const { block } = program.message;
    const is = ({ message }: { readonly message: { readonly block: number } }) => message.block === block;
    const approval = all('/approval').findLast(is);
    const result = all('/result').find(({ message }) => message.scope === 'block' && message.block === block);
    return {
      block,
      attempt: 0,
      program,
      check: all('/check').findLast(is),
      preview: all('/preview').findLast(is),
      approval,
      calls: all('/call').filter(is),
      output: [],
      functions: [],
      result,
      startS: approval?.timeS ?? null,
      endS: result?.timeS ?? null,
    };
  });
  return {
    revision: 1,
    blocks,
    stops: all('/stop'),
    gate: all('/gate'),
    turns: all('/turn'),
    models: all('/model'),
    ensembles: all('/ensemble'),
    remarks: all('/remark'),
    log: all('/log'),
    result: undefined,
  };
}
