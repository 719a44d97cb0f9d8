// Owns the bytes of a snapshot: the memory of the engine without its empty pages, and where the bridge lies in it.
// Must never trust lengths it reads: a snapshot may come from a process that a program has broken.

import type { Snapshot } from 'quickjs-wasi';

/** "CSNP", and the version of the layout below. */
const MAGIC = 0x43534e50;
const VERSION = 1;
const PAGE_BYTES = 4096;
/** WebAssembly cannot address more. */
const MAX_MEMORY_BYTES = 4 * 1024 * 1024 * 1024;
const HEADER_WORDS = 9;

/** Places of the bridge's functions in the memory, valid in this snapshot only. */
export interface BridgeTokens {
  readonly controls: number;
}

export interface EngineSnapshot {
  readonly engine: Snapshot;
  readonly tokens: BridgeTokens;
  /** What the session's clock showed, seconds of robot time. */
  readonly robotTimeS: number;
}

function isEmpty(words: Float64Array): boolean {
  for (let i = 0; i < words.length; i++) if (words[i] !== 0 || Object.is(words[i], -0)) return false;
  return true;
}

function fullPages(memory: Uint8Array): number[] {
  const aligned = memory.byteOffset % 8 === 0 ? memory : memory.slice();
  const pages: number[] = [];
  for (let page = 0; page * PAGE_BYTES < memory.length; page++) {
    if (!isEmpty(new Float64Array(aligned.buffer, aligned.byteOffset + page * PAGE_BYTES, PAGE_BYTES / 8))) {
      pages.push(page);
    }
  }
  return pages;
}

/** Layout: header words, time, list of page numbers, pages; little-endian. */
export function encodeSnapshot(snapshot: EngineSnapshot): Uint8Array {
  const { engine, tokens, robotTimeS } = snapshot;
  const pages = fullPages(engine.memory);
  const bytes = new Uint8Array(HEADER_WORDS * 4 + 8 + pages.length * (4 + PAGE_BYTES));
  const view = new DataView(bytes.buffer);
  const header = [
    MAGIC,
    VERSION,
    engine.memory.length / PAGE_BYTES,
    engine.stackPointer,
    engine.runtimePtr,
    engine.contextPtr,
    tokens.controls,
    pages.length,
    0,
  ];
  for (const [i, word] of header.entries()) view.setUint32(i * 4, word, true);
  view.setFloat64(HEADER_WORDS * 4, robotTimeS, true);
  let at = HEADER_WORDS * 4 + 8;
  for (const page of pages) {
    view.setUint32(at, page, true);
    at += 4;
  }
  for (const page of pages) {
    bytes.set(engine.memory.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES), at);
    at += PAGE_BYTES;
  }
  return bytes;
}

/** @throws RangeError when the bytes are no snapshot of this version */
export function decodeSnapshot(bytes: Uint8Array): EngineSnapshot {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = HEADER_WORDS * 4 + 8;
  if (bytes.length < headerBytes || view.getUint32(0, true) !== MAGIC || view.getUint32(4, true) !== VERSION) {
    throw new RangeError('these bytes are no snapshot of this version of the sandbox');
  }
  const [pageCount, stackPointer, runtimePtr, contextPtr, controls, fullCount] = [2, 3, 4, 5, 6, 7].map((word) =>
    view.getUint32(word * 4, true),
  );
  const expected = headerBytes + fullCount * (4 + PAGE_BYTES);
  if (pageCount * PAGE_BYTES > MAX_MEMORY_BYTES || fullCount > pageCount || bytes.length !== expected) {
    throw new RangeError('the snapshot is damaged: its length does not fit its header');
  }
  const memory = new Uint8Array(pageCount * PAGE_BYTES);
  let at = headerBytes + fullCount * 4;
  for (let i = 0; i < fullCount; i++) {
    const page = view.getUint32(headerBytes + i * 4, true);
    if (page >= pageCount) throw new RangeError('the snapshot is damaged: it names a page beyond its memory');
    memory.set(bytes.subarray(at, at + PAGE_BYTES), page * PAGE_BYTES);
    at += PAGE_BYTES;
  }
  return {
    engine: { memory, stackPointer, runtimePtr, contextPtr, extensions: [] },
    tokens: { controls },
    robotTimeS: view.getFloat64(HEADER_WORDS * 4, true),
  };
}
