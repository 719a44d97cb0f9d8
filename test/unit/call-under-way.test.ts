// What is told of the call that is under way: the newest, not too often, and nothing when nothing has changed.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CallUnderWay, type CallView } from '../../electron/robot-host/call-under-way.ts';

let told: (CallView | null)[];
let call: CallUnderWay;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  call = new CallUnderWay(() => told.push(call.view));
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the call under way', () => {
  test('is told soon after it has begun, and again when it has ended', () => {
    call.begin('gotoPose', 3);
    vi.advanceTimersByTime(100);
    call.end();
    vi.advanceTimersByTime(100);
    expect(told).toEqual([{ name: 'gotoPose', line: 3 }, null]);
  });

  test('of a thousand quick calls few are told, and the last of them is', () => {
    for (let index = 0; index < 1000; index++) {
      call.begin('getObjectPose', 4);
      call.end();
      vi.advanceTimersByTime(1);
    }
    call.begin('gotoPose', undefined);
    vi.advanceTimersByTime(100);
    expect(told.length).toBeLessThan(30);
    expect(told.at(-1)).toEqual({ name: 'gotoPose', line: null });
  });

  test('calls that came and went between two looks are not told', () => {
    call.begin('getObjectPose', 4);
    call.end();
    vi.advanceTimersByTime(100);
    expect(told).toEqual([]);
  });
});
