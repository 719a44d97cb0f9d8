// Owns taking samples for plots out of a recording, in time proportional to what a plot can show, not to the file. Must
// never hold up a frame, nor push what stands around the cursor out of memory.

import type { EpisodeMessage, TopicName } from '../../drivers/episode/reader.ts';
import { createBreather } from './breather.ts';
import type { Recording } from './recording.ts';
import type { Samples, TimeSpan } from './source.ts';
import { isStoryTopic } from './story-builder.ts';
import { type SampleRows, thinSamples } from './thin-samples.ts';

/** More chunks than this are not read for one plot: ten minutes whole, of a longer span evenly chosen parts. */
const MOST_CHUNKS = 900;
/** More messages than this are not decoded for one plot. */
const MOST_MESSAGES = 24_000;

export async function recordingSamples<T extends TopicName>(
  recording: Recording,
  topic: T,
  span: TimeSpan,
  pick: (message: EpisodeMessage<T>) => readonly number[],
  maxPoints: number,
  signal: AbortSignal,
): Promise<Samples> {
  const rows: SampleRows = { timesS: [], rows: [] };
  if (isStoryTopic(topic)) return thinSamples(rows, maxPoints);
  const breathe = createBreather();
  const { times, cache } = recording;
  const inside = recording
    .chunksOf(topic)
    .filter((chunk) => times[chunk].lastS >= span.startS && times[chunk].firstS <= span.endS);
  const every = Math.ceil(inside.length / MOST_CHUNKS);
  const chosen = inside.filter((_, place) => place % Math.max(1, every) === 0);
  let stride = 0;
  for (const chunk of chosen) {
    const { streams } = await cache.read(chunk);
    signal.throwIfAborted();
    const messages = streams.get(topic)?.messages ?? [];
    stride = Math.max(stride, 1, Math.ceil((messages.length * chosen.length) / MOST_MESSAGES));
    for (let index = 0; index < messages.length; index += stride) {
      const stored = messages[index];
      if (stored.timeS < span.startS || stored.timeS > span.endS) continue;
      await breathe();
      signal.throwIfAborted();
      const message = stored.decode() as EpisodeMessage<T> | undefined;
      if (message === undefined) continue;
      rows.timesS.push(message.timeS);
      rows.rows.push(pick(message));
    }
  }
  return thinSamples(rows, maxPoints);
}
