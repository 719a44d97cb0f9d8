// Owns a recording in progress: takes messages at any time, gives each its times, and appends them to a sink in chunks
// that are never older than a second. Must never throw from record(), drop an event, or hold more than a bounded
// amount of state samples in memory; a failing disk ends the recording, not the robot's program.

import { type EpisodeClock, systemClock } from './episode-clock.ts';
import { describeCause, EpisodeError } from './episode-error.ts';
import {
  EPISODE_PROFILE,
  type EpisodeInfo,
  type EpisodeOutcome,
  INFO_RECORD,
  infoToValues,
  OUTCOME_RECORD,
  outcomeToValues,
} from './episode-info.ts';
import { createMcapAppender } from './mcap-appender.ts';
import { createPendingQueue, type PendingEntry } from './pending-queue.ts';
import { schemaOf } from './schemas.ts';
import type { EpisodeSink } from './sink.ts';
import type { TopicCodec } from './topic-codec.ts';
import { type MessageOf, TOPICS, type TopicName } from './topics.ts';

/** A chunk is closed when it is this old: with the look at its age every 250 ms, before it is a second old. */
const CHUNK_MAX_AGE_NS = 700_000_000n;
const CHUNK_CHECK_MS = 250;
const CHUNK_BYTES = 256 * 1024;
/** Encoded messages kept while the disk is slow: about 20 s of 500 Hz joint states and transforms. */
const MAX_PENDING_BYTES = 32 * 1024 * 1024;
/** Share of that from which a run that can wait is asked to. */
const READY_SHARE = 0.25;
/** Some thirty years: beyond it a robot time is a mistake, and its nanoseconds would not fit a float64 exactly. */
const MAX_ROBOT_TIME_S = 1e9;

export interface EpisodeWriterOptions {
  readonly info: EpisodeInfo;
  /** Called at most once, when the recording has ended because of the sink. */
  readonly onError: (error: EpisodeError) => void;
  readonly clock?: EpisodeClock;
  /**
   * What the log times follow, by which viewers play a file: 'wall' as it happened, or 'robot' for runs faster or
   * slower than real time. Default 'wall'.
   */
  readonly timeline?: 'wall' | 'robot';
  readonly compression?: 'lz4' | 'none';
  readonly maxPendingBytes?: number;
  /** Told of every message that was accepted, in the very turn. Its bytes are those of the file, and not to be changed. */
  readonly onMessage?: (message: AcceptedMessage) => void;
}

/** A message as it goes into the file. */
export interface AcceptedMessage {
  readonly topic: TopicName;
  /** Number within its topic, from 0. */
  readonly sequence: number;
  readonly logTimeNs: bigint;
  /** Robot time, seconds. */
  readonly timeS: number;
  readonly data: Uint8Array;
}

export interface RecordingStatus {
  readonly state: 'recording' | 'finishing' | 'finished' | 'failed';
  /** Messages accepted, without those dropped later. */
  readonly messages: number;
  /** Bytes given to the sink. */
  readonly bytes: number;
  /** Encoded bytes that wait for the sink; bounded by `maxPendingBytes` as far as state samples go. */
  readonly pendingBytes: number;
  /** State samples dropped because the sink could not follow, by topic. */
  readonly droppedSamples: Readonly<Partial<Record<TopicName, number>>>;
  /** Messages that came after the end or after a failure. */
  readonly lateMessages: number;
  readonly error: EpisodeError | null;
}

export interface EpisodeWriter {
  /**
   * Takes one message; encodes it before returning, so that the caller may change it afterwards. Never throws. Topics
   * delivered 'flushed' start their write at once.
   * @param robotTimeS robot time of the message, seconds since the driver started
   */
  record<T extends TopicName>(topic: T, robotTimeS: number, message: MessageOf<T>): void;
  /** Adds a file to the episode, as its task or program. */
  attach(name: string, mediaType: string, bytes: Uint8Array): void;
  /** Adds a metadata record; a later one of the same name replaces it for readers. */
  setMetadata(name: string, values: Readonly<Record<string, string>>): void;
  /**
   * For runs that are not bound to real time: a promise to wait for when the sink has fallen far behind, else
   * undefined. A run that asks after every tick, as a pacer is asked, loses no sample however fast it is.
   */
  ready(): Promise<void> | undefined;
  /** Resolves when everything recorded so far would survive the death of this process, or the recording has failed. */
  flush(): Promise<'written' | 'failed'>;
  /** Writes the outcome and the index, syncs and closes the sink. Resolves with the final status; safe to call again. */
  finish(outcome: EpisodeOutcome): Promise<RecordingStatus>;
  status(): RecordingStatus;
}

interface Channel {
  readonly id: number;
  nextSequence: number;
}

export function createEpisodeWriter(sink: EpisodeSink, options: EpisodeWriterOptions): EpisodeWriter {
  const clock = options.clock ?? systemClock();
  const appender = createMcapAppender(options.compression ?? 'lz4');
  const channels = new Map<TopicName, Channel>();
  const topicOfChannel: TopicName[] = [];
  const dropped: Partial<Record<TopicName, number>> = {};
  const startedNs = clock.startedNs;

  let state: RecordingStatus['state'] = 'recording';
  let error: EpisodeError | null = null;
  let messages = 0;
  let lateMessages = 0;
  let bytes = 0;

  const maxPendingBytes = options.maxPendingBytes ?? MAX_PENDING_BYTES;
  const queue = createPendingQueue(maxPendingBytes, (message) => {
    const topic = topicOfChannel[message.channelId];
    messages--;
    dropped[topic] = (dropped[topic] ?? 0) + 1;
  });
  let queuedSinceNs = 0n; // when the oldest queued entry came
  let wantedCount = 0; // up to this entry somebody waits for the write
  let waiters: { readonly count: number; readonly done: () => void }[] = [];
  let draining = false;
  let finished: Promise<void> | null = null;

  let lastRawNs = 0n;
  let skippedNs = 0n; // what a clock that ran backwards has taken away
  let lastLogNs = startedNs;
  let robotRangeS: { first: number; last: number } | null = null;

  const cancelTimer = clock.every(CHUNK_CHECK_MS, () => drainWhenDue());

  const elapsedNs = (): bigint => {
    const raw = clock.elapsedNs();
    if (raw < lastRawNs) skippedNs += lastRawNs - raw;
    lastRawNs = raw;
    return raw + skippedNs;
  };

  const enqueue = (entry: PendingEntry) => {
    if (queue.isEmpty) queuedSinceNs = elapsedNs();
    queue.push(entry);
    drainWhenDue();
  };

  const due = () =>
    !queue.isEmpty &&
    (wantedCount > queue.takenCount ||
      queue.byteLength >= CHUNK_BYTES ||
      elapsedNs() - queuedSinceNs >= CHUNK_MAX_AGE_NS);

  const drainWhenDue = () => {
    if (!draining && (state === 'recording' || state === 'finishing') && due()) void drain();
  };

  const drain = async () => {
    draining = true;
    try {
      while (due()) {
        const batch = queue.take(CHUNK_BYTES);
        queuedSinceNs = elapsedNs();
        await append(batch.kind === 'chunk' ? appender.chunk(batch.messages) : batch.make());
      }
    } catch (cause) {
      fail(cause);
    } finally {
      draining = false;
      settleWaiters();
    }
  };

  const append = async (data: Uint8Array) => {
    if (data.length > 0) await sink.write(data);
    bytes += data.length;
    settleWaiters();
  };

  const settleWaiters = () => {
    const settled = state === 'failed' ? waiters : waiters.filter(({ count }) => count <= queue.takenCount);
    waiters = waiters.filter((waiter) => !settled.includes(waiter));
    for (const { done } of settled) done();
  };

  const fail = (cause: unknown) => {
    error = cause instanceof EpisodeError ? cause : unexpected(cause);
    state = 'failed';
    queue.clear();
    cancelTimer();
    options.onError(error);
  };

  const channelOf = (topic: TopicName): Channel => {
    const known = channels.get(topic);
    if (known !== undefined) return known;
    const { messageEncoding, schemaName, schemaEncoding } = TOPICS[topic];
    const schema = { name: schemaName, encoding: schemaEncoding, data: schemaOf(topic) };
    const channel = { id: appender.addChannel({ topic, messageEncoding, schema }), nextSequence: 0 };
    channels.set(topic, channel);
    topicOfChannel[channel.id] = topic;
    return channel;
  };

  const accept = <T extends TopicName>(topic: T, robotTimeS: number, message: MessageOf<T>) => {
    const timeS = robotTimeS >= 0 && robotTimeS < MAX_ROBOT_TIME_S ? robotTimeS : (robotRangeS?.last ?? 0);
    const codec = TOPICS[topic] as unknown as TopicCodec<MessageOf<T>>;
    const publishTime = startedNs + BigInt(Math.round(timeS * 1e9));
    const data = codec.encode(message, { timeS, ns: publishTime });
    const wanted = options.timeline === 'robot' ? publishTime : startedNs + elapsedNs();
    if (wanted > lastLogNs) lastLogNs = wanted;
    robotRangeS ??= { first: timeS, last: timeS };
    robotRangeS.last = Math.max(robotRangeS.last, timeS);
    const channel = channelOf(topic);
    const sequence = channel.nextSequence++;
    messages++;
    if (codec.delivery === 'flushed') wantedCount = queue.pushedCount + 1;
    enqueue({
      kind: 'message',
      message: { channelId: channel.id, sequence, logTime: lastLogNs, publishTime, data },
      droppable: codec.delivery === 'droppable',
    });
    options.onMessage?.({ topic, sequence, logTimeNs: lastLogNs, timeS, data });
  };

  const writer: EpisodeWriter = {
    record(topic, robotTimeS, message) {
      if (state !== 'recording') {
        lateMessages++;
        return;
      }
      try {
        accept(topic, robotTimeS, message);
      } catch (cause) {
        // Only the encoding can fail: a cycle or a bigint among a call's arguments. Say so in its place.
        const text = `A message of ${topic} could not be recorded: ${describeCause(cause)}`;
        accept('/log', robotTimeS, { level: 'error', name: 'recorder', message: text });
      }
    },
    attach(name, mediaType, data) {
      const copy = data.slice();
      const time = startedNs + elapsedNs();
      const attachment = { name, mediaType, data: copy, logTime: time, createTime: time };
      if (state !== 'recording') return;
      enqueue({ kind: 'record', byteLength: copy.length, make: () => appender.attachment(attachment) });
    },
    setMetadata(name, values) {
      const copy = { ...values };
      if (state === 'recording') enqueue({ kind: 'record', byteLength: 0, make: () => appender.metadata(name, copy) });
    },
    ready() {
      if (state !== 'recording' || queue.byteLength < maxPendingBytes * READY_SHARE) return undefined;
      return writer.flush().then(() => undefined);
    },
    async flush() {
      const count = queue.pushedCount;
      wantedCount = Math.max(wantedCount, count);
      if (state !== 'failed' && count > 0) {
        await new Promise<void>((done) => {
          waiters.push({ count, done });
          drainWhenDue();
          if (!draining) settleWaiters();
        });
      }
      return error === null ? 'written' : 'failed';
    },
    async finish(outcome) {
      if (state === 'recording') {
        const robotDurationS = robotRangeS === null ? 0 : robotRangeS.last - robotRangeS.first;
        const droppedSamples = Object.values(dropped).reduce((sum, count) => sum + count, 0);
        writer.setMetadata(OUTCOME_RECORD, outcomeToValues({ ...outcome, robotDurationS, droppedSamples }));
        state = 'finishing';
        finished = complete();
      }
      await finished;
      return writer.status();
    },
    status: () => ({
      state,
      messages,
      bytes,
      pendingBytes: queue.byteLength,
      droppedSamples: { ...dropped },
      lateMessages,
      error,
    }),
  };

  const complete = async () => {
    await writer.flush();
    cancelTimer();
    try {
      if (state === 'finishing') {
        await append(appender.end());
        await sink.sync();
        await sink.close();
        state = 'finished';
        return;
      }
    } catch (cause) {
      fail(cause);
    }
    await sink.close().catch(() => {}); // the failure has been reported; there is nothing more to save
  };

  const library = `capstan ${options.info.versions.capstan ?? ''}`.trim();
  enqueue({ kind: 'record', byteLength: 0, make: () => appender.begin(EPISODE_PROFILE, library) });
  writer.setMetadata(INFO_RECORD, infoToValues(options.info, startedNs));
  void writer.flush();
  return writer;
}

function unexpected(cause: unknown): EpisodeError {
  return new EpisodeError(
    'WRITE_FAILED',
    `The recording stopped: ${describeCause(cause)}. What was recorded before stays readable.`,
    'Start a new recording; `capstan episodes recover` completes the file.',
    { cause },
  );
}
