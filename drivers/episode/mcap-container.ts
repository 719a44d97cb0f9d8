// Owns finding things in an MCAP file that may be cut or damaged anywhere: by its index where it has a good one, by
// walking its records where it has not. Free of node:. Must never know topics or schemas, trust a length before
// comparing it with the file, or give up what stands before or after a damaged chunk.

import { MCAP_MAGIC, McapIndexedReader, McapRecordBuilder, McapStreamReader, type McapTypes, Opcode } from '@mcap/core';
import { messagesOfChunk } from './chunk-messages.ts';
import { CHUNK_TIMES_RECORD, chunkTimesFromValues, type TimeRange } from './chunk-times.ts';
import { describeCause, EpisodeError } from './episode-error.ts';
import { decompressLz4 } from './lz4.ts';
import type { EpisodeSource } from './source.ts';

/** A record or chunk beyond this is no part of an episode: it would only fill the memory. */
const MAX_RECORD_BYTES = 256 * 1024 * 1024;
const WINDOW_BYTES = 1024 * 1024;
const RECORD_HEADER_BYTES = 9; // opcode and 64-bit length

export interface ChunkEntry {
  readonly offset: number;
  readonly length: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly channelIds: ReadonlySet<number>;
  /** Publish times of its messages, or somewhat more; null where only reading it would tell. */
  readonly publishNs: TimeRange | null;
}

export interface AttachmentEntry {
  readonly name: string;
  readonly mediaType: string;
  readonly byteLength: number;
  readonly offset: number;
  readonly length: number;
}

export interface McapContainer {
  /** Profile and library of the header; null when the file was cut inside it. */
  readonly header: McapTypes.Header | null;
  /** True when the file ends as a finished file does, with a good index. */
  readonly complete: boolean;
  readonly channels: ReadonlyMap<number, McapTypes.Channel>;
  readonly schemas: ReadonlyMap<number, McapTypes.Schema>;
  /** In the order of the file. */
  readonly chunks: readonly ChunkEntry[];
  readonly attachments: readonly AttachmentEntry[];
  readonly metadata: readonly McapTypes.Metadata[];
  /** Bytes of the file, and of them those that lead up to a cut; all of them when no data was cut. */
  readonly byteLength: number;
  readonly readableBytes: number;
  /** Publish times of the first and last message; null when the index was used, which does not hold them. */
  readonly publishRangeNs: TimeRange | null;
  readonly problems: readonly string[];
  /** The messages of one chunk in the order of the file; throws an Error when the chunk is damaged. */
  readChunk(chunk: ChunkEntry): Promise<McapTypes.Message[]>;
  readAttachment(entry: AttachmentEntry): Promise<McapTypes.Attachment>;
}

/**
 * Opens a file by its index, or by walking it.
 * @param way 'walk' ignores the index, and reads every record up to the first cut
 * @throws EpisodeError NOT_MCAP, READ_FAILED
 */
export async function openMcap(
  unchecked: EpisodeSource,
  way: 'index-or-walk' | 'index' | 'walk',
): Promise<McapContainer> {
  const source = checked(unchecked);
  const size = await source.size();
  const start = await source.read(0, Math.min(size, MCAP_MAGIC.length));
  if (start.some((byte, i) => byte !== MCAP_MAGIC[i])) {
    throw new EpisodeError('NOT_MCAP', 'This is not an MCAP file.', 'Choose a file whose name ends in .mcap.');
  }
  let indexProblem = 'the file ends without an index';
  if (way !== 'walk') {
    try {
      return await openByIndex(source, size);
    } catch (cause) {
      if (way === 'index') throw cause;
      if (!(await endsWithMagic(source, size))) indexProblem = 'the recording was cut before its end';
      else indexProblem = `the index is damaged (${describeCause(cause)})`;
    }
  }
  return walk(source, size, way === 'walk' ? [] : [indexProblem]);
}

/** The same source, whose every failure is an EpisodeError, and which never gives fewer bytes than asked for. */
function checked(source: EpisodeSource): EpisodeSource {
  const guarded = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (cause) {
      throw new EpisodeError(
        'READ_FAILED',
        `The episode cannot be read: ${describeCause(cause)}.`,
        'Check that the file still exists and can be read.',
        { cause },
      );
    }
  };
  return {
    size: () => guarded(() => source.size()),
    read: (offset, length) =>
      guarded(async () => {
        const bytes = await source.read(offset, length);
        if (bytes.length !== length) throw new Error(`${bytes.length} of ${length} bytes at ${offset}`);
        return bytes;
      }),
  };
}

async function endsWithMagic(source: EpisodeSource, size: number): Promise<boolean> {
  if (size < 2 * MCAP_MAGIC.length) return false;
  const end = await source.read(size - MCAP_MAGIC.length, MCAP_MAGIC.length);
  return MCAP_MAGIC.every((byte, i) => byte === end[i]);
}

async function openByIndex(source: EpisodeSource, size: number): Promise<McapContainer> {
  const reader = await McapIndexedReader.Initialize({
    readable: {
      size: async () => BigInt(size),
      read: async (offset, length) => {
        if (length > MAX_RECORD_BYTES || offset + length > size) throw new Error('it points outside the file');
        return source.read(Number(offset), Number(length));
      },
    },
  });
  const metadata: McapTypes.Metadata[] = [];
  for await (const record of reader.readMetadata()) metadata.push(record);
  const channels = new Map(reader.channelsById);
  const times = metadata.findLast(({ name }) => name === CHUNK_TIMES_RECORD);
  const ranges = chunkTimesFromValues(times && Object.fromEntries(times.metadata), reader.chunkIndexes.length);
  return {
    header: reader.header,
    complete: true,
    channels,
    schemas: reader.schemasById,
    chunks: [...reader.chunkIndexes]
      .sort((a, b) => Number(a.chunkStartOffset - b.chunkStartOffset))
      .map((index, i) => ({
        offset: Number(index.chunkStartOffset),
        length: Number(index.chunkLength),
        startNs: index.messageStartTime,
        endNs: index.messageEndTime,
        channelIds: new Set(index.messageIndexOffsets.keys()),
        publishNs: ranges?.[i] ?? null,
      })),
    attachments: reader.attachmentIndexes.map((index) => ({
      name: index.name,
      mediaType: index.mediaType,
      byteLength: Number(index.dataSize),
      offset: Number(index.offset),
      length: Number(index.length),
    })),
    metadata,
    byteLength: size,
    readableBytes: size,
    publishRangeNs: null,
    problems: [],
    ...readers(source, size, channels),
  };
}

async function walk(source: EpisodeSource, size: number, problems: string[]): Promise<McapContainer> {
  const channels = new Map<number, McapTypes.Channel>();
  const schemas = new Map<number, McapTypes.Schema>();
  const chunks: ChunkEntry[] = [];
  const attachments: AttachmentEntry[] = [];
  const metadata: McapTypes.Metadata[] = [];
  let header: McapTypes.Header | null = null;
  let range: TimeRange | null = null;
  let reachedEnd = false;

  const keep = (offset: number, length: number, records: readonly McapTypes.TypedMcapRecord[]) => {
    const channelIds = new Set<number>();
    let chunk: McapTypes.Chunk | null = null;
    let publishNs: TimeRange | null = null;
    for (const record of records) {
      switch (record.type) {
        case 'Header':
          header = record;
          break;
        case 'Schema':
          schemas.set(record.id, record);
          break;
        case 'Channel':
          channels.set(record.id, record);
          break;
        case 'Metadata':
          metadata.push(record);
          break;
        case 'Attachment':
          attachments.push({
            name: record.name,
            mediaType: record.mediaType,
            byteLength: record.data.length,
            offset,
            length,
          });
          break;
        case 'Chunk':
          chunk = record;
          break;
        case 'Message':
          channelIds.add(record.channelId);
          publishNs = widened(publishNs, record.publishTime, record.publishTime);
          break;
        case 'DataEnd':
          reachedEnd = true;
          break;
        default: // indexes are of no use to a walk
      }
    }
    if (chunk !== null) {
      const { messageStartTime: startNs, messageEndTime: endNs } = chunk;
      chunks.push({ offset, length, startNs, endNs, channelIds, publishNs });
    }
    if (publishNs !== null) range = widened(range, publishNs.firstNs, publishNs.lastNs);
  };

  const window = createWindow(source, size);
  let at = Math.min(size, MCAP_MAGIC.length);
  while (!reachedEnd && at < size) {
    if (size - at < RECORD_HEADER_BYTES) break;
    const head = await window(at, RECORD_HEADER_BYTES);
    const length = RECORD_HEADER_BYTES + Number(new DataView(head.buffer, head.byteOffset).getBigUint64(1, true));
    if (head[0] === 0) {
      problems.push(`no record begins at byte ${at}; what follows cannot be read`);
      break;
    }
    if (length > size - at) break;
    if (length > MAX_RECORD_BYTES) {
      problems.push(`the record at byte ${at} is too large (${length} bytes) and was left out`);
    } else {
      const bytes = await window(at, length);
      try {
        keep(at, length, parseRecords(bytes, channels));
      } catch (cause) {
        problems.push(`the record at byte ${at} is damaged and was left out (${describeCause(cause)})`);
      }
    }
    at += length;
  }
  if (!reachedEnd && at < size) problems.push(`the last ${size - at} bytes hold no complete record`);
  return {
    header,
    complete: false,
    channels,
    schemas,
    chunks,
    attachments,
    metadata,
    byteLength: size,
    readableBytes: reachedEnd ? size : at, // after the end of the data only the index follows
    publishRangeNs: range,
    problems,
    ...readers(source, size, channels),
  };
}

function widened(range: TimeRange | null, firstNs: bigint, lastNs: bigint): TimeRange {
  if (range === null) return { firstNs, lastNs };
  return {
    firstNs: firstNs < range.firstNs ? firstNs : range.firstNs,
    lastNs: lastNs > range.lastNs ? lastNs : range.lastNs,
  };
}

/** Reads ahead, so that a walk asks for few and large pieces. */
function createWindow(source: EpisodeSource, size: number) {
  let start = 0;
  let bytes: Uint8Array = new Uint8Array(0);
  return async (offset: number, length: number): Promise<Uint8Array> => {
    if (offset < start || offset + length > start + bytes.length) {
      bytes = await source.read(offset, Math.min(size - offset, Math.max(length, WINDOW_BYTES)));
      start = offset;
    }
    return bytes.subarray(offset - start, offset - start + length);
  };
}

function readers(source: EpisodeSource, size: number, channels: ReadonlyMap<number, McapTypes.Channel>) {
  const readBytes = async ({ offset, length }: { readonly offset: number; readonly length: number }) => {
    if (offset + length > size || length > MAX_RECORD_BYTES) throw new Error('the index points outside the file');
    return source.read(offset, length);
  };
  return {
    async readChunk(chunk: ChunkEntry) {
      return messagesOfChunk(await readBytes(chunk));
    },
    async readAttachment(entry: AttachmentEntry) {
      const record = parseRecords(await readBytes(entry), channels)[0];
      if (record?.type !== 'Attachment') throw new Error('the index points at no attachment');
      return record;
    },
  };
}

/**
 * The records in `bytes`, which hold one complete record of the file; for a chunk itself and then all it holds. CRCs
 * are compared. Throws an Error for damaged records.
 */
function parseRecords(
  bytes: Uint8Array,
  channels: ReadonlyMap<number, McapTypes.Channel>,
): McapTypes.TypedMcapRecord[] {
  const reader = new McapStreamReader({
    noMagicPrefix: true,
    includeChunks: true,
    decompressHandlers: {
      lz4: (data, size) => {
        if (size > MAX_RECORD_BYTES) throw new Error(`a chunk of ${size} bytes is too large`);
        return decompressLz4(data, Number(size));
      },
    },
  });
  if (bytes[0] === Opcode.CHUNK) {
    // The library wants each channel before its messages; theirs may stand in an earlier chunk.
    const known = new McapRecordBuilder();
    for (const channel of channels.values()) known.writeChannel(channel);
    reader.append(known.buffer);
    for (let i = 0; i < channels.size; i++) reader.nextRecord();
  }
  reader.append(bytes);
  const records: McapTypes.TypedMcapRecord[] = [];
  for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) records.push(record);
  if (reader.bytesRemaining() > 0) throw new Error('its length is wrong');
  return records;
}
