// Owns making a finished file out of a cut or damaged one. Must never change the original, nor invent or reinterpret a
// message: what is kept is copied byte for byte with its times.

import type { McapTypes } from '@mcap/core';
import { CHUNK_TIMES_RECORD } from './chunk-times.ts';
import { describeCause } from './episode-error.ts';
import { EPISODE_PROFILE, OUTCOME_RECORD, RECOVERED_RECORD } from './episode-info.ts';
import { createMcapAppender } from './mcap-appender.ts';
import { openMcap } from './mcap-container.ts';
import { episodeOf } from './reader.ts';
import type { EpisodeSink } from './sink.ts';
import { type EpisodeSource, sourceOfBytes } from './source.ts';

export interface RecoveryReport {
  readonly sourceBytes: number;
  /** Bytes after the last complete record, which are gone. */
  readonly cutBytes: number;
  readonly messages: number;
  /** Robot time from the first to the last message kept, seconds. */
  readonly robotDurationS: number;
  /** True when the original says how it ended; otherwise the episode counts as interrupted. */
  readonly hasOutcome: boolean;
  /** What could not be read, in plain sentences. */
  readonly problems: readonly string[];
}

/**
 * Writes everything readable of an episode as a new, complete file into the sink, with an index and a metadata record
 * 'recovered' that says what was lost; then syncs and closes the sink.
 * @throws EpisodeError as readEpisode does for files that are no episodes, and as the sink does
 */
export async function recoverEpisode(
  original: EpisodeSource | Uint8Array,
  sink: EpisodeSink,
  signal?: AbortSignal,
): Promise<RecoveryReport> {
  try {
    const report = await copy(original instanceof Uint8Array ? sourceOfBytes(original) : original, sink, signal);
    await sink.sync();
    return report;
  } finally {
    await sink.close();
  }
}

async function copy(source: EpisodeSource, sink: EpisodeSink, signal?: AbortSignal): Promise<RecoveryReport> {
  const container = await openMcap(source, 'walk');
  episodeOf(container); // refuses files that are not ours
  const problems = [...container.problems];
  const appender = createMcapAppender('lz4');
  const newIds = new Map<number, number>();
  let messages = 0;

  const newId = (id: number): number => {
    const known = newIds.get(id);
    if (known !== undefined) return known;
    const channel = container.channels.get(id)!; // the container reads no message without its channel
    const schema = container.schemas.get(channel.schemaId);
    if (schema === undefined) throw new Error(`the schema of ${channel.topic} is missing`);
    const added = appender.addChannel({ topic: channel.topic, messageEncoding: channel.messageEncoding, schema });
    newIds.set(id, added);
    return added;
  };
  /** Copies one part; a damaged one is said and left out. */
  const part = async (name: string, make: () => Promise<Uint8Array>) => {
    signal?.throwIfAborted();
    let bytes: Uint8Array;
    try {
      bytes = await make();
    } catch (cause) {
      problems.push(`${name} was left out (${describeCause(cause)})`);
      return;
    }
    await sink.write(bytes);
  };

  await sink.write(appender.begin(EPISODE_PROFILE, container.header?.library ?? ''));
  const metadata = container.metadata.filter(({ name }) => name !== RECOVERED_RECORD && name !== CHUNK_TIMES_RECORD);
  for (const record of metadata) await sink.write(appender.metadata(record.name, Object.fromEntries(record.metadata)));
  for (const entry of container.attachments) {
    await part(`the attachment ${entry.name}`, async () => appender.attachment(await container.readAttachment(entry)));
  }
  for (const chunk of container.chunks) {
    await part(`the chunk at byte ${chunk.offset}`, async () => {
      const kept: McapTypes.Message[] = await container.readChunk(chunk);
      const bytes = appender.chunk(kept.map((message) => ({ ...message, channelId: newId(message.channelId) })));
      messages += kept.length;
      return bytes;
    });
  }
  const range = container.publishRangeNs;
  const report: RecoveryReport = {
    sourceBytes: container.byteLength,
    cutBytes: container.byteLength - container.readableBytes,
    messages,
    robotDurationS: range === null ? 0 : Number(range.lastNs - range.firstNs) / 1e9,
    hasOutcome: metadata.some(({ name }) => name === OUTCOME_RECORD),
    problems,
  };
  await sink.write(
    appender.metadata(RECOVERED_RECORD, {
      sourceBytes: String(report.sourceBytes),
      cutBytes: String(report.cutBytes),
      messages: String(report.messages),
      robotDurationS: String(report.robotDurationS),
      problems: problems.join('\n'),
    }),
  );
  await sink.write(appender.end());
  return report;
}
