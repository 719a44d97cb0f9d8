// Owns the trace hash: one SHA-256 over everything that moved and everything that was called, in order. Two runs agree
// exactly when their hashes do. Must never read a clock, a random number or anything but what it is given.
//
// The bytes that are hashed, all integers and floats little-endian:
//   start  the ASCII text "capstan-trace-1\n"
//   tick   0x01, three uint32 lengths of qpos, qvel and ctrl, then their float64 values in that order
//   call   0x02, then for name, arguments and result: uint32 length in bytes, UTF-8 text
// Every record begins with its tag and states its lengths before its contents, so no two different sequences of
// records give the same bytes. NaN is hashed with one fixed bit pattern, as engines may keep any; -0 and 0 differ.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

const START = 'capstan-trace-1\n';
const TICK = 1;
const CALL = 2;

export interface TraceHash {
  /** Adds one 10 ms tick: generalised positions, velocities and controls in the engine's order and units. */
  tick(qpos: Float64Array, qvel: Float64Array, ctrl: Float64Array): void;
  /**
   * Adds one call of the policy API when it has ended.
   * @param argumentsJson JSON of the arguments as an array
   * @param resultJson JSON of the result, or of the error as `{"error": ...}`
   */
  call(name: string, argumentsJson: string, resultJson: string): void;
  /** The hash of everything so far, 64 hexadecimal digits; more may be added afterwards. */
  digestHex(): string;
}

export function createTraceHash(): TraceHash {
  const hash = sha256.create();
  const encoder = new TextEncoder();
  let scratch = new DataView(new ArrayBuffer(1024));

  const reserve = (byteLength: number): DataView => {
    if (scratch.byteLength < byteLength) scratch = new DataView(new ArrayBuffer(2 * byteLength));
    return scratch;
  };

  hash.update(encoder.encode(START));
  return {
    tick(qpos, qvel, ctrl) {
      const parts = [qpos, qvel, ctrl];
      const byteLength = 1 + 4 * parts.length + 8 * (qpos.length + qvel.length + ctrl.length);
      const view = reserve(byteLength);
      view.setUint8(0, TICK);
      let at = 1;
      for (const part of parts) {
        view.setUint32(at, part.length, true);
        at += 4;
      }
      for (const part of parts) {
        for (let i = 0; i < part.length; i++) {
          const value = part[i];
          if (Number.isNaN(value)) {
            view.setUint32(at, 0, true);
            view.setUint32(at + 4, 0x7ff80000, true);
          } else {
            view.setFloat64(at, value, true);
          }
          at += 8;
        }
      }
      hash.update(new Uint8Array(view.buffer, 0, byteLength));
    },
    call(name, argumentsJson, resultJson) {
      hash.update(Uint8Array.of(CALL));
      for (const text of [name, argumentsJson, resultJson]) {
        const bytes = encoder.encode(text);
        const view = reserve(4);
        view.setUint32(0, bytes.length, true);
        hash.update(new Uint8Array(view.buffer, 0, 4));
        hash.update(bytes);
      }
    },
    digestHex: () => bytesToHex(hash.clone().digest()),
  };
}
