// Owns reading an episode anywhere, in Node and in the browser: whole, cut off, or damaged. Everything that can be read
// is given, everything that cannot is said in `problems`. Free of node:. Must never throw for a damaged part, nor read
// more of a file than what is asked for.

import type { McapTypes } from '@mcap/core';
import { CHUNK_TIMES_RECORD } from './chunk-times.ts';
import { describeCause, EpisodeError } from './episode-error.ts';
import {
  EPISODE_PROFILE,
  FORMAT_VERSION,
  INFO_RECORD,
  infoFromValues,
  OUTCOME_RECORD,
  outcomeFromValues,
  RECOVERED_RECORD,
  type RecordedInfo,
  type RecordedOutcome,
} from './episode-info.ts';
import { type ChunkEntry, type McapContainer, openMcap } from './mcap-container.ts';
import { type EpisodeSource, sourceOfBytes } from './source.ts';
import { isTopicName, type MessageOf, TOPICS, type TopicName } from './topics.ts';

export type { EpisodeSource } from './source.ts';
export type { MessageOf, TopicName } from './topics.ts';

/** One message with its times. */
export type EpisodeMessage<T extends TopicName = TopicName> = {
  [Name in T]: {
    readonly topic: Name;
    /** Robot time, seconds since the driver started. */
    readonly timeS: number;
    /** Nanoseconds since 1970 (UTC). */
    readonly logTimeNs: bigint;
    /** Number within its topic, from 0; a gap means that samples were dropped or lost. */
    readonly sequence: number;
    readonly message: MessageOf<Name>;
  };
}[T];

/** One chunk of the file: about a second of all topics. It is what is read at once. */
export interface EpisodeChunk {
  /** Compressed, bytes. */
  readonly byteLength: number;
  /** Topics that occur in it, of those that this version knows. */
  readonly topics: ReadonlySet<TopicName>;
  /** Robot times of all its messages, or a little more; null where only reading it would tell. */
  readonly robotS: { readonly firstS: number; readonly lastS: number } | null;
}

/** A message as it stands in the file, decoded when somebody looks. */
export interface StoredMessage {
  readonly topic: TopicName;
  readonly timeS: number;
  readonly sequence: number;
  readonly byteLength: number;
  /** Undefined when it is malformed; then it is named in `problems`. */
  decode(): EpisodeMessage | undefined;
}

export interface EpisodeAttachment {
  readonly name: string;
  readonly mediaType: string;
  readonly byteLength: number;
  /** Rejects with an Error when that part of the file is damaged. */
  read(): Promise<Uint8Array>;
}

export interface Episode {
  /** Null when the file was cut before it. */
  readonly info: RecordedInfo | null;
  /** Null when the recording was interrupted. */
  readonly outcome: RecordedOutcome | null;
  /** All metadata records by name, but for those of the index; of several with one name the last. */
  readonly metadata: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly attachments: readonly EpisodeAttachment[];
  /** Topics that occur in the file and that this version knows. */
  readonly topics: readonly TopicName[];
  /** Seconds from the first to the last message: of robot time, and of log time. */
  readonly duration: { readonly robotS: number; readonly loggedS: number };
  /** True when the file was finished and has its index. */
  readonly complete: boolean;
  /** What could not be read, in plain sentences; grows while messages are read. */
  readonly problems: readonly string[];
  /** In the order of the file. */
  readonly chunks: readonly EpisodeChunk[];
  /**
   * The messages of one chunk, in the order of the file; none when it is damaged, which `problems` then says.
   * @param index into `chunks`
   * @throws EpisodeError READ_FAILED
   */
  readChunk(index: number): Promise<readonly StoredMessage[]>;
  /** Messages in the order of the file, which is the order of their log times; of all topics, or of those named. */
  messages(): AsyncGenerator<EpisodeMessage, void, void>;
  messages<T extends TopicName>(...topics: readonly T[]): AsyncGenerator<EpisodeMessage<T>, void, void>;
}

/**
 * Opens an episode. Messages are read chunk by chunk when asked for.
 * @throws EpisodeError NOT_MCAP, FOREIGN_FILE, FUTURE_VERSION, READ_FAILED
 */
export async function readEpisode(source: EpisodeSource | Uint8Array): Promise<Episode> {
  return episodeOf(await openMcap(source instanceof Uint8Array ? sourceOfBytes(source) : source, 'index-or-walk'));
}

/** The episode in an opened file. Throws EpisodeError FOREIGN_FILE or FUTURE_VERSION. */
export function episodeOf(container: McapContainer): Episode {
  assertOurs(container);
  const problems = createProblems(container.problems);
  const metadata = Object.fromEntries(
    container.metadata
      .filter(({ name }) => name !== CHUNK_TIMES_RECORD)
      .map((record) => [record.name, Object.fromEntries(record.metadata)]),
  );
  const info = readRecord(metadata[INFO_RECORD], infoFromValues, (cause) =>
    problems.add(`what the episode is cannot be read (${describeCause(cause)})`),
  );
  const outcome = readRecord(metadata[OUTCOME_RECORD], outcomeFromValues, (cause) =>
    problems.add(`how the episode ended cannot be read (${describeCause(cause)})`),
  );
  const topicOf = new Map<number, TopicName>();
  for (const channel of container.channels.values()) {
    if (isTopicName(channel.topic)) topicOf.set(channel.id, channel.topic);
    else problems.add(`the topic ${channel.topic} is unknown to this version and is left out`);
  }

  const zeroNs = info?.startedNs ?? container.publishRangeNs?.firstNs ?? 0n;
  const robotS = (ns: bigint) => Number(ns - zeroNs) / 1e9;

  async function* messages(...topics: readonly TopicName[]): AsyncGenerator<EpisodeMessage, void, void> {
    const wanted = new Set<number>();
    for (const [id, topic] of topicOf) if (topics.length === 0 || topics.includes(topic)) wanted.add(id);
    for (const chunk of container.chunks) {
      if (![...chunk.channelIds].some((id) => wanted.has(id))) continue;
      for (const raw of await readChunk(chunk)) {
        const topic = topicOf.get(raw.channelId);
        if (topic === undefined || !wanted.has(raw.channelId)) continue;
        const message = decode(topic, raw);
        if (message !== undefined) yield message;
      }
    }
  }

  const readChunk = async (chunk: ChunkEntry): Promise<McapTypes.Message[]> => {
    try {
      return await container.readChunk(chunk);
    } catch (cause) {
      if (cause instanceof EpisodeError) throw cause;
      problems.add(`the chunk at byte ${chunk.offset} is damaged and was left out (${describeCause(cause)})`);
      return [];
    }
  };

  const decode = (topic: TopicName, raw: McapTypes.Message): EpisodeMessage | undefined => {
    const { logTime: logTimeNs, sequence } = raw;
    try {
      const message = TOPICS[topic].decode(raw.data);
      return { topic, timeS: robotS(raw.publishTime), logTimeNs, sequence, message } as EpisodeMessage;
    } catch (cause) {
      problems.add(`message ${raw.sequence} of ${topic} is malformed and was left out (${describeCause(cause)})`);
      return undefined;
    }
  };

  const stored = (topic: TopicName, raw: McapTypes.Message): StoredMessage => ({
    topic,
    timeS: robotS(raw.publishTime),
    sequence: raw.sequence,
    byteLength: raw.data.length,
    decode: () => decode(topic, raw),
  });

  const chunks = container.chunks;
  return {
    info,
    outcome,
    metadata,
    attachments: container.attachments.map((entry) => ({
      name: entry.name,
      mediaType: entry.mediaType,
      byteLength: entry.byteLength,
      read: async () => (await container.readAttachment(entry)).data,
    })),
    topics: [...new Set(topicOf.values())],
    duration: {
      robotS: robotDurationS(container, outcome, metadata[RECOVERED_RECORD]),
      loggedS: chunks.length === 0 ? 0 : Number(chunks[chunks.length - 1].endNs - chunks[0].startNs) / 1e9,
    },
    complete: container.complete,
    problems: problems.list,
    chunks: chunks.map(({ length, channelIds, publishNs }) => ({
      byteLength: length,
      topics: new Set([...channelIds].flatMap((id) => topicOf.get(id) ?? [])),
      robotS: publishNs === null ? null : { firstS: robotS(publishNs.firstNs), lastS: robotS(publishNs.lastNs) },
    })),
    async readChunk(index) {
      const given: StoredMessage[] = [];
      for (const raw of await readChunk(chunks[index])) {
        const topic = topicOf.get(raw.channelId);
        if (topic !== undefined) given.push(stored(topic, raw));
      }
      return given;
    },
    messages: messages as Episode['messages'],
  };
}

function assertOurs({ header, metadata }: McapContainer): void {
  if (header !== null && header.profile !== EPISODE_PROFILE) {
    const author = header.library === '' ? '' : ` but by "${header.library.slice(0, 80)}"`;
    throw new EpisodeError(
      'FOREIGN_FILE',
      `This MCAP file was not recorded by Capstan${author}.`,
      'Open it with Foxglove or Lichtblick; Capstan reads its own episodes.',
    );
  }
  const record = metadata.find(({ name }) => name === INFO_RECORD);
  const version = Number(record?.metadata.get('formatVersion') ?? FORMAT_VERSION);
  if (version > FORMAT_VERSION) {
    throw new EpisodeError(
      'FUTURE_VERSION',
      `This episode was recorded by a later version of Capstan (format ${version}; this one reads up to ${FORMAT_VERSION}).`,
      'Update Capstan. The file itself is fine.',
    );
  }
}

function readRecord<T>(
  values: Readonly<Record<string, string>> | undefined,
  parse: (values: Readonly<Record<string, string>>) => T,
  complain: (cause: unknown) => void,
): T | null {
  if (values === undefined) return null;
  try {
    return parse(values);
  } catch (cause) {
    complain(cause);
    return null;
  }
}

function robotDurationS(
  container: McapContainer,
  outcome: RecordedOutcome | null,
  recovered: Readonly<Record<string, string>> | undefined,
): number {
  if (outcome !== null) return outcome.robotDurationS;
  if (recovered !== undefined) return Number(recovered.robotDurationS) || 0;
  const range = container.publishRangeNs;
  return range === null ? 0 : Number(range.lastNs - range.firstNs) / 1e9;
}

const MAX_PROBLEMS = 100;

/** A list that grows to a hundred different sentences. */
function createProblems(first: readonly string[]) {
  const list = [...first];
  return {
    list,
    add(problem: string) {
      if (list.length < MAX_PROBLEMS && !list.includes(problem)) list.push(problem);
      else if (list.length === MAX_PROBLEMS) list.push('there are more problems than are listed here');
    },
  };
}
