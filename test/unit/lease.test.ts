import { describe, expect, test } from 'vitest';
import { Lease } from '../../electron/robot-host/lease.ts';

function createLease() {
  const clock = { nowS: 100 };
  const changes: (string | undefined)[] = [];
  const lease = new Lease(
    () => clock.nowS,
    (before) => changes.push(before?.client),
  );
  return { lease, clock, changes };
}

describe('The lease', () => {
  test('has one holder: whoever comes second is told who it is', () => {
    const { lease, clock } = createLease();
    expect(lease.take('a', 'Ada', false)).toEqual({ outcome: 'granted' });
    lease.beat('a', true);
    clock.nowS += 0.5;
    const answer = { outcome: 'held', by: 'Ada', beatAgeS: 0.5, canTakeOver: false };
    expect(lease.take('b', 'Bob', false)).toEqual(answer);
    expect(lease.take('b', 'Bob', true)).toEqual(answer);
    expect(lease.holder?.client).toBe('a');
  });

  test('can be taken over from a holder that has been silent for a second, if that is said', () => {
    const { lease, clock, changes } = createLease();
    lease.take('a', 'Ada', false);
    lease.beat('a', true);
    clock.nowS += 1.01;
    expect(lease.take('b', 'Bob', false)).toMatchObject({ outcome: 'held', canTakeOver: true });
    expect(lease.take('b', 'Bob', true)).toEqual({ outcome: 'granted' });
    expect(lease.beat('a', true)).toBe(false);
    expect(changes).toEqual([undefined, 'a']);
  });

  test('counts a hidden window as nobody', () => {
    const { lease, clock } = createLease();
    lease.take('a', 'Ada', false);
    lease.beat('a', true);
    clock.nowS += 0.6;
    expect(lease.beat('a', false)).toBe(false);
    expect(lease.isHidden).toBe(true);
    clock.nowS += 0.6;
    expect(lease.take('b', 'Bob', true)).toEqual({ outcome: 'granted' });
    expect(lease.isHidden).toBe(false);
  });

  test('gives a new holder a second before it counts as silent', () => {
    const { lease, clock } = createLease();
    lease.take('a', 'Ada', false);
    clock.nowS += 0.9;
    expect(lease.take('b', 'Bob', true)).toMatchObject({ outcome: 'held', beatAgeS: null, canTakeOver: false });
  });

  test('is given back by its holder alone', () => {
    const { lease, changes } = createLease();
    lease.take('a', 'Ada', false);
    lease.release('b', 'none of its business');
    expect(lease.holder?.client).toBe('a');
    lease.release('a', 'done');
    expect(lease.holder).toBeUndefined();
    expect(lease.take('b', 'Bob', false)).toEqual({ outcome: 'granted' });
    expect(changes).toEqual([undefined, 'a', undefined]);
  });
});
