// Owns taking the messages out of one chunk of an MCAP file, fast: a replay reads many chunks between two frames. Free of
// node:. Must never trust a length, nor give a chunk more memory than its compressed bytes can explain.
//
// Format: https://mcap.dev/spec, records Chunk (0x06) and Message (0x05).

import { crc32 } from '@foxglove/crc';
import { type McapTypes, Opcode } from '@mcap/core';
import { decompressLz4 } from './lz4.ts';

const RECORD_HEADER_BYTES = 9; // opcode and 64-bit length
const MESSAGE_HEADER_BYTES = 22; // channel, sequence, log time, publish time
/** A chunk holds about a second of a robot; beyond this it would only fill the memory. */
const MAX_CHUNK_BYTES = 128 * 1024 * 1024;
/** The most that LZ4 can make of one byte. */
const MAX_EXPANSION = 255;

/**
 * The messages of a chunk, in the order of the file; their data are views of the chunk's contents.
 * @param record the whole record, with opcode and length
 * @throws Error when it is damaged
 */
export function messagesOfChunk(record: Uint8Array): McapTypes.Message[] {
  const contents = contentsOfChunk(record);
  const view = new DataView(contents.buffer, contents.byteOffset, contents.byteLength);
  const messages: McapTypes.Message[] = [];
  let at = 0;
  while (at < contents.length) {
    if (contents.length - at < RECORD_HEADER_BYTES) throw new Error('a record of the chunk is cut');
    const opcode = contents[at];
    const length = Number(view.getBigUint64(at + 1, true));
    at += RECORD_HEADER_BYTES;
    if (length > contents.length - at) throw new Error('a record is longer than its chunk');
    if (opcode === Opcode.MESSAGE) {
      if (length < MESSAGE_HEADER_BYTES) throw new Error('a message is too short');
      messages.push({
        channelId: view.getUint16(at, true),
        sequence: view.getUint32(at + 2, true),
        logTime: view.getBigUint64(at + 6, true),
        publishTime: view.getBigUint64(at + 14, true),
        data: contents.subarray(at + MESSAGE_HEADER_BYTES, at + length),
      });
    }
    at += length;
  }
  return messages;
}

function contentsOfChunk(record: Uint8Array): Uint8Array {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  // Opcode and length, start, end, size, CRC, and the length of the compression's name.
  const nameAt = RECORD_HEADER_BYTES + 8 + 8 + 8 + 4;
  if (record.length < nameAt + 4 || record[0] !== Opcode.CHUNK) throw new Error('the index points at no chunk');
  if (Number(view.getBigUint64(1, true)) !== record.length - RECORD_HEADER_BYTES)
    throw new Error('its length is wrong');
  const size = Number(view.getBigUint64(RECORD_HEADER_BYTES + 16, true));
  const crc = view.getUint32(RECORD_HEADER_BYTES + 24, true);
  const nameBytes = view.getUint32(nameAt, true);
  const sizeAt = nameAt + 4 + nameBytes;
  if (sizeAt + 8 > record.length) throw new Error('the chunk is cut inside its header');
  const compression = new TextDecoder().decode(record.subarray(nameAt + 4, sizeAt));
  const packed = record.subarray(sizeAt + 8);
  if (Number(view.getBigUint64(sizeAt, true)) !== packed.length) throw new Error('its length is wrong');
  const contents = unpacked(compression, packed, size);
  if (crc !== 0 && crc32(contents) !== crc) throw new Error('its CRC does not match');
  return contents;
}

function unpacked(compression: string, packed: Uint8Array, size: number): Uint8Array {
  if (size > MAX_CHUNK_BYTES) throw new Error(`a chunk of ${size} bytes is too large`);
  if (compression === '') {
    if (packed.length !== size) throw new Error('its length is wrong');
    return packed;
  }
  if (compression !== 'lz4') throw new Error(`its compression "${compression.slice(0, 20)}" is not known here`);
  if (size > packed.length * MAX_EXPANSION) throw new Error(`it claims ${size} bytes that it cannot hold`);
  return decompressLz4(packed, size);
}
