// Owns what a recording has taken and its sink has not: in order, bounded, with the loss of state samples counted.
// Must never drop an event, nor change the order.

import type { McapTypes } from '@mcap/core';

/** A message for a chunk, or a record that stands between chunks and is encoded when its turn comes. */
export type PendingEntry =
  | { readonly kind: 'message'; readonly message: McapTypes.Message; readonly droppable: boolean }
  | { readonly kind: 'record'; readonly byteLength: number; readonly make: () => Uint8Array };

/** What to write next: the messages of one chunk, or one record. */
export type PendingBatch =
  | { readonly kind: 'chunk'; readonly messages: readonly McapTypes.Message[] }
  | { readonly kind: 'record'; readonly make: () => Uint8Array };

export interface PendingQueue {
  /** Appends; when the bound is passed, drops the oldest droppable messages and calls `onDrop` for each. */
  push(entry: PendingEntry): void;
  /** Removes the next batch: messages up to about `maxBytes`, at least one entry. The queue must not be empty. */
  take(maxBytes: number): PendingBatch;
  clear(): void;
  readonly isEmpty: boolean;
  readonly byteLength: number;
  /** Entries ever pushed, and of them those taken or dropped on the way. */
  readonly pushedCount: number;
  readonly takenCount: number;
}

export function createPendingQueue(maxBytes: number, onDrop: (message: McapTypes.Message) => void): PendingQueue {
  let entries: (PendingEntry | undefined)[] = []; // undefined where a message was dropped
  let byteLength = 0;
  let takenCount = 0;
  let dropFrom = 0; // all entries before this index have been considered for dropping

  const sizeOf = (entry: PendingEntry) => (entry.kind === 'message' ? entry.message.data.length : entry.byteLength);

  const drop = () => {
    for (; dropFrom < entries.length && byteLength > maxBytes; dropFrom++) {
      const entry = entries[dropFrom];
      if (entry?.kind !== 'message' || !entry.droppable) continue;
      entries[dropFrom] = undefined;
      byteLength -= sizeOf(entry);
      onDrop(entry.message);
    }
  };

  const remove = (count: number) => {
    entries = entries.slice(count);
    takenCount += count;
    dropFrom = Math.max(0, dropFrom - count);
  };

  return {
    push(entry) {
      entries.push(entry);
      byteLength += sizeOf(entry);
      drop();
    },
    take(maxChunkBytes) {
      const messages: McapTypes.Message[] = [];
      let size = 0;
      let count = 0;
      for (; count < entries.length && size < maxChunkBytes; count++) {
        const entry = entries[count];
        if (entry === undefined) continue;
        if (entry.kind === 'message') {
          messages.push(entry.message);
          size += sizeOf(entry);
        } else {
          if (messages.length > 0) break;
          remove(count + 1);
          byteLength -= entry.byteLength;
          return { kind: 'record', make: entry.make };
        }
      }
      remove(count);
      byteLength -= size;
      return { kind: 'chunk', messages };
    },
    clear() {
      remove(entries.length);
      byteLength = 0;
    },
    get isEmpty() {
      return entries.length === 0;
    },
    get byteLength() {
      return byteLength;
    },
    get pushedCount() {
      return takenCount + entries.length;
    },
    get takenCount() {
      return takenCount;
    },
  };
}
