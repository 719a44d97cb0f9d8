// Boxes around what one look shows to stand in the way.

import { describe, expect, it } from 'vitest';
import { invert, transformPoint } from '../../sim/spatial.ts';
import { fallenOnto, obstaclesAmong } from '../../skills/perception/obstacles.ts';

/** Points on the upper side of a level rectangle, 5 mm apart, on furniture at height 0. */
function slab(x: readonly [number, number], y: readonly [number, number], height: number): number[] {
  const rows: number[] = [];
  for (let px = x[0]; px < x[1]; px += 0.005) {
    for (let py = y[0]; py < y[1]; py += 0.005) rows.push(px, py, height, 0, px, py, height / 3, 0);
  }
  return rows;
}

const covers = (boxes: ReturnType<typeof obstaclesAmong>, x: number, y: number) =>
  boxes.some(({ pose, size }) => {
    const local = transformPoint(invert(pose), [x, y, pose.position[2]]);
    return Math.abs(local[0]) < size[0] / 2 && Math.abs(local[1]) < size[1] / 2;
  });

describe('what stands in the way', () => {
  it('is one box where it fills one', () => {
    const boxes = obstaclesAmong(Float64Array.from(slab([0.4, 0.6], [0, 0.1], 0.1)), []);
    expect(boxes).toHaveLength(1);
    expect(boxes[0].pose.position[0]).toBeCloseTo(0.5, 1);
  });

  it('is several boxes where one would fill the room beside a long handle', () => {
    const body = slab([0.4, 0.54], [0, 0.14], 0.14);
    const bar = slab([0.54, 0.74], [0.06, 0.08], 0.14);
    const boxes = obstaclesAmong(Float64Array.from([...body, ...bar]), []);
    expect(boxes.length).toBeGreaterThan(1);
    expect(covers(boxes, 0.47, 0.07)).toBe(true);
    expect(covers(boxes, 0.7, 0.07)).toBe(true);
    // A hand finds room beside the handle, where a single box would be.
    expect(covers(boxes, 0.7, 0.12)).toBe(false);
  });
});

describe('a block that was let go', () => {
  const NO_TURN = [1, 0, 0, 0] as const;
  const hung = { pose: { position: [0.5, 0.1, 0.11] as const, quatWxyz: NO_TURN }, size: [0.04, 0.04, 0.04] as const };

  it('is taken to lie where its top is seen straight below', () => {
    const points = Float64Array.from(slab([0.47, 0.53], [0.07, 0.13], 0.046).filter((_, i) => i % 8 < 4));
    const fallen = fallenOnto(points, hung);
    expect(fallen?.size).toEqual(hung.size);
    expect(fallen?.pose.position[2]).toBeCloseTo(0.026, 6);
  });

  it('is not taken to be where nothing as high as it is seen', () => {
    const floorOfBowl = Float64Array.from(slab([0.47, 0.53], [0.07, 0.13], 0.014).filter((_, i) => i % 8 < 4));
    expect(fallenOnto(floorOfBowl, hung)).toBeUndefined();
    const beside = Float64Array.from(slab([0.6, 0.66], [0.07, 0.13], 0.046));
    expect(fallenOnto(beside, hung)).toBeUndefined();
    expect(fallenOnto(new Float64Array(0), hung)).toBeUndefined();
  });
});
