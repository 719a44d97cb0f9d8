import { describe, expect, it } from 'vitest';
import { QUALITIES, QualityGovernor } from '../../renderer/scene/quality-governor.ts';

/** Pictures in a row of one cost; returns the clock at their end. */
function draw(governor: QualityGovernor, costMs: number, count: number, fromMs = 0): number {
  let nowMs = fromMs;
  for (let i = 0; i < count; i++) {
    nowMs += Math.max(costMs, 16);
    governor.frame(costMs, nowMs);
  }
  return nowMs;
}

describe('the quality of the drawn scene', () => {
  it('begins at the best with a graphics card, and lower without one', () => {
    expect(new QualityGovernor(false).level).toBe(0);
    expect(new QualityGovernor(true).level).toBeGreaterThan(0);
  });

  it('falls while pictures are slower than fifteen a second, down to the last level and no further', () => {
    const governor = new QualityGovernor(false);
    draw(governor, 120, 200);
    expect(governor.level).toBe(QUALITIES.length - 1);
  });

  it('does not fall for one slow picture', () => {
    const governor = new QualityGovernor(false);
    for (let i = 0; i < 50; i++) draw(governor, i % 10 === 0 ? 300 : 30, 1, i * 50);
    expect(governor.level).toBe(0);
  });

  it('rises again when there is room, and stays where it is when there is just enough', () => {
    const governor = new QualityGovernor(true);
    const start = governor.level;
    draw(governor, 35, 300);
    expect(governor.level).toBe(start);
    draw(governor, 4, 300, 20_000);
    expect(governor.level).toBe(0);
  });

  it('does not go to and fro: a level that was too slow is left alone for a while', () => {
    const governor = new QualityGovernor(false);
    const fellMs = draw(governor, 120, 4);
    expect(governor.level).toBe(1);
    const laterMs = draw(governor, 4, 100, fellMs);
    expect(governor.level).toBe(1);
    draw(governor, 4, 100, laterMs + 20_000);
    expect(governor.level).toBe(0);
  });

  it('costs less with every level down', () => {
    for (let level = 1; level < QUALITIES.length; level++) {
      const [better, worse] = [QUALITIES[level - 1], QUALITIES[level]];
      expect(worse.ratio <= better.ratio && worse.shadowPx <= better.shadowPx).toBe(true);
      expect(worse.ratio < better.ratio || worse.shadowPx < better.shadowPx).toBe(true);
    }
  });
});
