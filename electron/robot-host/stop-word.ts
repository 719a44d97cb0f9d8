// Owns the memory that the two threads of a robot host share: the stop that the main thread raises and the gate reads at
// every look, when each source was last heard, and what the cell's thread tells of itself without a message. Each word
// has one writer. Must never hold more than a glance needs: the stop itself, with its report, goes by message.

import type { BeatSource } from '../../drivers/gate/beats.ts';
import type { StopCause, StopWord } from '../../drivers/gate/stop-latch.ts';
import { STOP_SOURCES } from '../ipc/cell-sockets.ts';

const BEATS = ['window', 'session', 'stop-channel', 'hardware-button'] as const satisfies readonly BeatSource[];

/** Bytes kept of the words of a stop. */
const DETAIL_BYTES = 400;

/** Whole numbers: stops raised so far, of them latched, and cause and length of the words of the one that stands. */
const RAISED = 0;
const LATCHED = 1;
const SOURCE = 2;
const DETAIL_LENGTH = 3;
const INT_COUNT = 4;

/** Seconds: one per beat, then robot time and the last sign of life of the cell's thread. */
const ROBOT_TIME = BEATS.length;
const ALIVE = ROBOT_TIME + 1;
const FLOAT_COUNT = ALIVE + 1;

const INT_BYTES = 4 * INT_COUNT;
const FLOAT_BYTES = 8 * FLOAT_COUNT;

function viewsOf(memory: SharedArrayBuffer) {
  return {
    ints: new Int32Array(memory, 0, INT_COUNT),
    floats: new Float64Array(memory, INT_BYTES, FLOAT_COUNT),
    detail: new Uint8Array(memory, INT_BYTES + FLOAT_BYTES, DETAIL_BYTES),
  };
}

/** Memory for one robot host: nothing raised, nobody heard. */
export function createSharedMemory(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(INT_BYTES + FLOAT_BYTES + DETAIL_BYTES);
  viewsOf(memory).floats.fill(Number.NaN);
  return memory;
}

/** What the main thread does with the memory. */
export interface MainEnd {
  /**
   * Shuts the gate, before it returns. The message that latches the stop has to follow, with this number.
   * While an earlier one is not latched yet, its words stay.
   */
  raise(cause: StopCause): number;
  /** A stop was raised and the gate has not latched it yet. */
  isRaised(): boolean;
  /** Notes a sign of life. @param atS monotonic clock */
  hear(source: BeatSource, atS: number): void;
  /** As if this source had never been heard. */
  forget(source: BeatSource): void;
  /** When a source was last heard; undefined for never. */
  heardS(source: BeatSource): number | undefined;
  /** NaN before the cell is open. */
  robotTimeS(): number;
  /** When the cell's thread last came by; NaN before it is open. */
  aliveS(): number;
}

export function mainEnd(memory: SharedArrayBuffer): MainEnd {
  const { ints, floats, detail } = viewsOf(memory);
  const encoder = new TextEncoder();
  const isRaised = () => Atomics.load(ints, RAISED) !== Atomics.load(ints, LATCHED);
  return {
    raise(cause) {
      if (!isRaised()) {
        // Nobody reads the words while nothing is raised.
        const words = encoder.encode(cause.detail).subarray(0, DETAIL_BYTES);
        detail.set(words);
        Atomics.store(ints, SOURCE, STOP_SOURCES.indexOf(cause.source));
        Atomics.store(ints, DETAIL_LENGTH, words.length);
      }
      return Atomics.add(ints, RAISED, 1) + 1;
    },
    isRaised,
    hear(source, atS) {
      floats[BEATS.indexOf(source)] = atS;
    },
    forget(source) {
      floats[BEATS.indexOf(source)] = Number.NaN;
    },
    heardS: (source) => known(floats[BEATS.indexOf(source)]),
    robotTimeS: () => floats[ROBOT_TIME],
    aliveS: () => floats[ALIVE],
  };
}

/** What the cell's thread does with the memory. */
export interface CellEnd {
  readonly stopWord: StopWord;
  heardS(source: BeatSource): number | undefined;
  /** The stop of this number, and so every one before it, is latched. */
  latched(number: number): void;
  /** Tells where the cell is. @param nowS monotonic clock */
  alive(nowS: number, robotTimeS: number): void;
}

export function cellEnd(memory: SharedArrayBuffer): CellEnd {
  const { ints, floats, detail } = viewsOf(memory);
  const decoder = new TextDecoder();
  return {
    stopWord: {
      raised() {
        if (Atomics.load(ints, RAISED) === Atomics.load(ints, LATCHED)) return undefined;
        const source = STOP_SOURCES[Atomics.load(ints, SOURCE)] ?? 'process';
        // A copy: text is never decoded from shared memory.
        return { source, detail: decoder.decode(detail.slice(0, Atomics.load(ints, DETAIL_LENGTH))) };
      },
    },
    heardS: (source) => known(floats[BEATS.indexOf(source)]),
    latched(number) {
      if (number > Atomics.load(ints, LATCHED)) Atomics.store(ints, LATCHED, number);
    },
    alive(nowS, robotTimeS) {
      floats[ROBOT_TIME] = robotTimeS;
      floats[ALIVE] = nowS;
    },
  };
}

function known(atS: number): number | undefined {
  return Number.isNaN(atS) ? undefined : atS;
}
