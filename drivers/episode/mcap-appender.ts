// Owns the bytes of a growing MCAP file: which records follow which, and the index at the end. It is made of the record
// builders of @mcap/core, whose own writer closes a chunk only by size; a recorder that loses at most a second must
// close it when it wants. Synchronous, without input or output. Must never know topics or robot time.

import { crc32, crc32Final, crc32Init, crc32Update } from '@foxglove/crc';
import { McapChunkBuilder, McapRecordBuilder, type McapTypes, Opcode } from '@mcap/core';
import { CHUNK_TIMES_RECORD, chunkTimesToValues, type TimeRange } from './chunk-times.ts';
import { compressLz4 } from './lz4.ts';

export interface McapChannel {
  readonly topic: string;
  readonly messageEncoding: string;
  readonly schema: { readonly name: string; readonly encoding: string; readonly data: Uint8Array };
}

/** Each method that returns bytes returns what must be appended to the file next, in the order of the calls. */
export interface McapAppender {
  /** Magic and header; first of all. */
  begin(profile: string, library: string): Uint8Array;
  /** A new channel; its record goes into the first chunk that uses it. */
  addChannel(channel: McapChannel): number;
  /** One chunk with its message indexes; empty for no messages. */
  chunk(messages: readonly McapTypes.Message[]): Uint8Array;
  attachment(attachment: McapTypes.Attachment): Uint8Array;
  metadata(name: string, values: Readonly<Record<string, string>>): Uint8Array;
  /** Index, footer and magic; last of all. */
  end(): Uint8Array;
  /** Length of everything returned so far. */
  readonly byteLength: number;
}

export function createMcapAppender(compression: 'lz4' | 'none'): McapAppender {
  const records = new McapRecordBuilder();
  const builder = new McapChunkBuilder({ useMessageIndex: true });
  const schemas: McapTypes.Schema[] = [];
  const channels: McapTypes.Channel[] = [];
  const writtenChannels = new Set<number>();
  const writtenSchemas = new Set<number>();
  const chunkIndexes: McapTypes.ChunkIndex[] = [];
  const chunkTimes: TimeRange[] = [];
  const attachmentIndexes: McapTypes.AttachmentIndex[] = [];
  const metadataIndexes: McapTypes.MetadataIndex[] = [];
  const messageCounts = new Map<number, bigint>();
  let firstTime: bigint | null = null;
  let lastTime = 0n;
  let position = 0;
  let dataCrc = crc32Init();

  /** Takes what the record builder holds as the next bytes of the file. */
  const take = (): Uint8Array => {
    const bytes = records.buffer;
    records.reset();
    position += bytes.length;
    dataCrc = crc32Update(dataCrc, bytes);
    return bytes;
  };

  const note = (message: McapTypes.Message) => {
    if (firstTime === null || message.logTime < firstTime) firstTime = message.logTime;
    if (message.logTime > lastTime) lastTime = message.logTime;
    messageCounts.set(message.channelId, (messageCounts.get(message.channelId) ?? 0n) + 1n);
  };

  /** Writes a channel, and its schema if it is new, into the open chunk. */
  const introduce = (channel: McapTypes.Channel) => {
    if (!writtenSchemas.has(channel.schemaId)) builder.addSchema(schemas[channel.schemaId - 1]);
    builder.addChannel(channel);
    writtenSchemas.add(channel.schemaId);
    writtenChannels.add(channel.id);
  };

  const writeMetadata = (name: string, values: Readonly<Record<string, string>>) => {
    const offset = BigInt(position + records.length);
    const length = records.writeMetadata({ name, metadata: new Map(Object.entries(values)) });
    metadataIndexes.push({ name, offset, length });
  };

  return {
    get byteLength() {
      return position;
    },
    begin(profile, library) {
      records.writeMagic();
      records.writeHeader({ profile, library });
      return take();
    },
    addChannel({ topic, messageEncoding, schema }) {
      let schemaId = schemas.findIndex((known) => known.name === schema.name) + 1; // 0 means "no schema"
      if (schemaId === 0) schemaId = schemas.push({ id: schemas.length + 1, ...schema });
      const id = channels.length;
      channels.push({ id, schemaId, topic, messageEncoding, metadata: new Map() });
      return id;
    },
    chunk(messages) {
      if (messages.length === 0) return new Uint8Array(0);
      for (const message of messages) {
        if (!writtenChannels.has(message.channelId)) introduce(channels[message.channelId]);
        builder.addMessage(message);
        note(message);
      }
      const plain = builder.buffer;
      const packed = compression === 'lz4' ? compressLz4(plain) : plain;
      const chunk: McapTypes.Chunk = {
        messageStartTime: builder.messageStartTime,
        messageEndTime: builder.messageEndTime,
        uncompressedSize: BigInt(plain.length),
        uncompressedCrc: crc32(plain),
        compression: compression === 'lz4' ? 'lz4' : '',
        records: packed,
      };
      const chunkStartOffset = BigInt(position);
      const chunkLength = records.writeChunk(chunk);
      const messageIndexOffsets = new Map<number, bigint>();
      for (const index of builder.indices) {
        messageIndexOffsets.set(index.channelId, BigInt(position + records.length));
        records.writeMessageIndex(index);
      }
      builder.reset();
      chunkTimes.push(publishRange(messages));
      chunkIndexes.push({
        messageStartTime: chunk.messageStartTime,
        messageEndTime: chunk.messageEndTime,
        chunkStartOffset,
        chunkLength,
        messageIndexOffsets,
        messageIndexLength: BigInt(records.length) - chunkLength,
        compression: chunk.compression,
        compressedSize: BigInt(packed.length),
        uncompressedSize: chunk.uncompressedSize,
      });
      return take();
    },
    attachment(attachment) {
      const { name, mediaType, logTime, createTime, data } = attachment;
      const offset = BigInt(position);
      const length = records.writeAttachment(attachment);
      attachmentIndexes.push({ name, mediaType, logTime, createTime, offset, length, dataSize: BigInt(data.length) });
      return take();
    },
    metadata(name, values) {
      writeMetadata(name, values);
      return take();
    },
    end() {
      writeMetadata(CHUNK_TIMES_RECORD, chunkTimesToValues(chunkTimes));
      records.writeDataEnd({ dataSectionCrc: crc32Final(dataCrc) });
      const summaryAt = records.length;
      const summaryStart = BigInt(position + summaryAt);
      const groups: McapTypes.SummaryOffset[] = [];
      const group = (groupOpcode: number, write: () => void) => {
        const groupStart = BigInt(position + records.length);
        write();
        const groupLength = BigInt(position + records.length) - groupStart;
        if (groupLength > 0n) groups.push({ groupOpcode, groupStart, groupLength });
      };
      // Only what a chunk has used stands in the file.
      group(Opcode.SCHEMA, () => {
        for (const id of writtenSchemas) records.writeSchema(schemas[id - 1]);
      });
      group(Opcode.CHANNEL, () => {
        for (const id of writtenChannels) records.writeChannel(channels[id]);
      });
      group(Opcode.STATISTICS, () =>
        records.writeStatistics({
          messageCount: [...messageCounts.values()].reduce((sum, count) => sum + count, 0n),
          schemaCount: writtenSchemas.size,
          channelCount: writtenChannels.size,
          attachmentCount: attachmentIndexes.length,
          metadataCount: metadataIndexes.length,
          chunkCount: chunkIndexes.length,
          messageStartTime: firstTime ?? 0n,
          messageEndTime: lastTime,
          channelMessageCounts: messageCounts,
        }),
      );
      group(Opcode.METADATA_INDEX, () => {
        for (const index of metadataIndexes) records.writeMetadataIndex(index);
      });
      group(Opcode.ATTACHMENT_INDEX, () => {
        for (const index of attachmentIndexes) records.writeAttachmentIndex(index);
      });
      group(Opcode.CHUNK_INDEX, () => {
        for (const index of chunkIndexes) records.writeChunkIndex(index);
      });
      const summaryOffsetStart = BigInt(position + records.length);
      for (const offset of groups) records.writeSummaryOffset(offset);
      const footerAt = records.length;
      records.writeFooter({ summaryStart, summaryOffsetStart, summaryCrc: 0 });
      records.writeMagic();
      const bytes = take();
      // The footer's CRC covers the summary and the footer up to the CRC itself: 1 opcode, 8 length, 16 offsets.
      const crcAt = footerAt + 1 + 8 + 16;
      const summaryCrc = crc32(bytes.subarray(summaryAt, crcAt));
      new DataView(bytes.buffer, bytes.byteOffset).setUint32(crcAt, summaryCrc, true);
      return bytes;
    },
  };
}

function publishRange(messages: readonly McapTypes.Message[]): TimeRange {
  let firstNs = messages[0].publishTime;
  let lastNs = firstNs;
  for (const { publishTime } of messages) {
    if (publishTime < firstNs) firstNs = publishTime;
    if (publishTime > lastNs) lastNs = publishTime;
  }
  return { firstNs, lastNs };
}
