// A card that came a moment ago is not approved by a press that was aimed at the one before.

import { describe, expect, test } from 'vitest';
import { CardGuard, SETTLE_MS } from '../../renderer/panels/approval/card-guard.ts';

function guardAt(startMs: number) {
  let nowMs = startMs;
  const guard = new CardGuard(() => nowMs);
  return {
    guard,
    passMs: (ms: number) => {
      nowMs += ms;
    },
    now: () => nowMs,
  };
}

describe('the guard of the card', () => {
  test('a press on a card that has stood for a while is meant', () => {
    const { guard, passMs, now } = guardAt(1000);
    guard.show('one');
    passMs(SETTLE_MS);
    expect(guard.judge('one', now())).toEqual({ kind: 'meant' });
    expect(guard.settlesInMs).toBe(0);
  });

  test('a card that has just come takes no press, however late the release', () => {
    const { guard, passMs, now } = guardAt(1000);
    guard.show('one');
    passMs(SETTLE_MS - 1);
    const beganMs = now();
    passMs(10_000);
    expect(guard.judge('one', beganMs)).toEqual({ kind: 'too-soon', waitMs: 1 });
  });

  test('a press that began on the card before does not count for this one', () => {
    const { guard, passMs, now } = guardAt(0);
    guard.show('one');
    passMs(5000);
    const beganMs = now();
    guard.show('two');
    passMs(5000);
    expect(guard.judge('one', beganMs)).toEqual({ kind: 'other-card' });
    expect(guard.judge('two', beganMs).kind).toBe('too-soon');
  });

  test('showing the same card again changes nothing', () => {
    const { guard, passMs, now } = guardAt(0);
    guard.show('one');
    passMs(SETTLE_MS);
    guard.show('one');
    expect(guard.judge('one', now())).toEqual({ kind: 'meant' });
  });

  test('a card that went and came back settles anew', () => {
    const { guard, passMs, now } = guardAt(0);
    guard.show('one');
    passMs(5000);
    guard.show(null);
    guard.show('one');
    expect(guard.judge('one', now()).kind).toBe('too-soon');
  });
});
