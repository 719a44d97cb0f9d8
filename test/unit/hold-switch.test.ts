// The switch of hold-to-run: heard of while it is down, and once when it is let go, whatever let it go.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { HoldSwitch } from '../../renderer/panels/approval/hold-switch.ts';

let said: boolean[];
let hold: HoldSwitch;

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  hold = new HoldSwitch({ say: (down) => said.push(down), everyMs: 80, onChange: () => undefined });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the switch', () => {
  test('says at once that it is down, and goes on saying so', () => {
    hold.press('key');
    expect(said).toEqual([true]);
    vi.advanceTimersByTime(240);
    expect(said).toEqual([true, true, true, true]);
  });

  test('says once that it is let go, and is silent then', () => {
    hold.press('pointer');
    hold.release('pointer');
    vi.advanceTimersByTime(1000);
    expect(said).toEqual([true, false]);
    hold.letGo();
    expect(said).toEqual([true, false]);
  });

  test('is down until the last grip is gone', () => {
    hold.press('pointer');
    hold.press('key');
    hold.release('pointer');
    expect(hold.isDown).toBe(true);
    hold.release('key');
    expect(said.at(-1)).toBe(false);
  });

  test('is let go whole when the hand may be gone', () => {
    hold.press('pointer');
    hold.press('key');
    hold.letGo();
    expect(hold.isDown).toBe(false);
    // The late release of the other grip says nothing more.
    hold.release('key');
    expect(said.filter((down) => !down)).toHaveLength(1);
  });
});
