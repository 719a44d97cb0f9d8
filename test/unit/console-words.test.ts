// What the strip says about the arm is true, and never more than is known.

import { describe, expect, it } from 'vitest';
import type { CellStatus, StandingStop } from '../../electron/ipc/cell-sockets.ts';
import { cellInWords, driverInWords, STATUS_OLD_MS } from '../../renderer/app/cell-words.ts';
import type { CellLinks, ConsoleStore } from '../../renderer/app/console-store.ts';

const OPEN_LINKS: CellLinks = {
  stop: { kind: 'open' },
  control: { kind: 'open' },
  statusAtMs: 0,
  stopDelivery: null,
};

const STILL: CellStatus = {
  epoch: 1,
  stops: [],
  running: null,
  pace: { mode: 'run', pausing: false, waiting: null },
  driver: 'nobody',
  lease: null,
  readiness: [],
  delaysMs: { stop: 1, window: 10, session: 10 },
  speedScale: 0.5,
  robotTimeS: 3,
};

const stop = (change: Partial<StandingStop> = {}): StandingStop => ({
  id: 'stop-1',
  source: 'operator',
  detail: 'Ctrl+.',
  atS: 12.34,
  restConfirmed: true,
  ...change,
});

type Seen = Pick<ConsoleStore, 'session' | 'state' | 'cellLinks' | 'cellStatus'>;
const seen = (change: Partial<Seen> = {}): Seen => ({
  session: { kind: 'open' },
  state: undefined,
  cellLinks: OPEN_LINKS,
  cellStatus: STILL,
  ...change,
});

describe('the state of the cell in words', () => {
  it('says that nothing moves only from a fresh status', () => {
    expect(cellInWords(seen(), 100).headline).toBe('Nothing moves');
    for (const words of [
      cellInWords(seen(), STATUS_OLD_MS + 1),
      cellInWords(seen({ cellStatus: undefined }), 0),
      cellInWords(seen({ cellStatus: undefined, cellLinks: { ...OPEN_LINKS, control: { kind: 'connecting' } } }), 0),
    ]) {
      expect(words.headline).not.toContain('Nothing moves');
      expect(words.tone).not.toBe('ready');
    }
  });

  it('names the stop, its time and whether rest was confirmed', () => {
    const words = cellInWords(seen({ cellStatus: { ...STILL, stops: [stop()] } }), 0);
    expect(words).toMatchObject({ tone: 'danger', headline: 'Stopped by the operator at 12.3 s; rest confirmed' });
    expect(words.detail).toBe('Ctrl+.; nothing runs until it is reset.');
    const open = cellInWords(seen({ cellStatus: { ...STILL, stops: [stop({ restConfirmed: false })] } }), 0);
    expect(open.headline).toContain('rest NOT confirmed');
  });

  it('counts the other stops that stand', () => {
    const stops = [stop(), stop({ id: 'stop-2', source: 'window', detail: 'no beat for 0.31 s' })];
    const { detail } = cellInWords(seen({ cellStatus: { ...STILL, stops } }), 0);
    expect(detail).toBe('No beat for 0.31 s; 1 more stop stands; nothing runs until they are reset.');
  });

  it('puts an undelivered stop before everything else', () => {
    const cellLinks: CellLinks = { ...OPEN_LINKS, stopDelivery: { kind: 'undelivered', why: 'The link is down.' } };
    const words = cellInWords(seen({ cellLinks }), 0);
    expect(words.headline).toBe('The stop was NOT delivered');
    expect(words.detail).toContain('red hardware button');
  });

  it('tells a program that moves the arm from one that runs while somebody else does', () => {
    const running = { block: 1, name: 'gotoPose', sinceS: 4.2 };
    const moving = cellInWords(seen({ cellStatus: { ...STILL, running, driver: 'program' } }), 0);
    expect(moving.headline).toBe('Program is moving the arm');
    expect(moving.detail).toContain('Block 2');
    const human = cellInWords(seen({ cellStatus: { ...STILL, running, driver: 'operator' } }), 0);
    expect(human.headline).toBe('Operator is moving the arm');
  });

  it('does not say who drives when that is not known', () => {
    expect(driverInWords({ cellStatus: undefined })).toBe('not known');
    expect(driverInWords({ cellStatus: STILL })).toBe('Nobody');
  });
});
