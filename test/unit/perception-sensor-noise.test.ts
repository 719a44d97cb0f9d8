import { describe, expect, it } from 'vitest';
import { intrinsicsFromFov } from '../../sim/cameras/camera-model.ts';
import { addSensorNoise, type SensorImage, TYPICAL_SENSOR } from '../../sim/cameras/sensor-noise.ts';
import { createRandomStream } from '../../sim/random.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const [width, height] = [240, 180];

/** A wall at one depth, in one grey, with another nearer wall on its right half if wanted. */
function wall(depthM: number, grey = 128, rightM = depthM): SensorImage {
  return {
    width,
    height,
    colorSrgb: new Uint8Array(width * height * 3).fill(grey),
    depthM: Float32Array.from({ length: width * height }, (_, i) => (i % width < width / 2 ? depthM : rightM)),
    intrinsics: intrinsicsFromFov(width, height, 0.75),
  };
}

function deviation(image: SensorImage, depthM: number): number {
  const measured = image.depthM.filter((depth) => depth > 0);
  return Math.sqrt(measured.reduce((sum, depth) => sum + (depth - depthM) * (depth - depthM), 0) / measured.length);
}

function lostShare(image: SensorImage, columns: (u: number) => boolean): number {
  let [lost, all] = [0, 0];
  image.depthM.forEach((depth, i) => {
    if (!columns(i % width)) return;
    all++;
    if (depth === 0) lost++;
  });
  return lost / all;
}

describe('the noise of the depth', () => {
  it('grows with the square of the distance, as published', () => {
    for (const depth of [0.5, 1.1, 2]) {
      const noisy = addSensorNoise(wall(depth), createRandomStream(seed, `depth ${depth}`));
      const expected = 0.0012 + 0.0019 * (depth - 0.4) * (depth - 0.4);
      expect(deviation(noisy, depth) / expected).toBeGreaterThan(0.9);
      expect(deviation(noisy, depth) / expected).toBeLessThan(1.12);
    }
  });

  it('comes in whole millimetres and has no bias', () => {
    const noisy = addSensorNoise(wall(1), createRandomStream(seed, 'steps'));
    const measured = [...noisy.depthM].filter((depth) => depth > 0);
    for (const depth of measured.slice(0, 500))
      expect(Math.abs(depth * 1000 - Math.round(depth * 1000))).toBeLessThan(1e-3);
    expect(measured.reduce((sum, depth) => sum + depth, 0) / measured.length).toBeCloseTo(1, 4);
  });

  it('leaves holes and flying pixels beside edges, and hardly any elsewhere', () => {
    const noisy = addSensorNoise(wall(1.2, 128, 0.8), createRandomStream(seed, 'edges'));
    const beside = (u: number) => u === width / 2 - 1 || u === width / 2;
    expect(lostShare(noisy, beside)).toBeGreaterThan(0.25);
    expect(lostShare(noisy, (u) => !beside(u))).toBeLessThan(0.01);
    let flying = 0;
    noisy.depthM.forEach((depth, i) => {
      if (beside(i % width) && depth > 0.82 && depth < 1.18) flying++;
    });
    expect(flying).toBeGreaterThan(height * 0.05);
  });

  it('loses much of what is nearly black', () => {
    const stream = (name: string) => createRandomStream(seed, name);
    expect(lostShare(addSensorNoise(wall(1, 20), stream('black')), () => true)).toBeGreaterThan(0.2);
    expect(lostShare(addSensorNoise(wall(1, 90), stream('grey')), () => true)).toBeLessThan(0.01);
  });

  it('loses much of what is seen at a grazing angle', () => {
    const image = wall(1);
    // A slope of ten metres of depth per metre across the picture: seen at about 84 degrees.
    const steep = {
      ...image,
      depthM: image.depthM.map((_, i) => 0.8 + ((i % width) * 10 * 0.9) / image.intrinsics.fx),
    };
    // What the slope of each column loses and what is lost anywhere, give or take six standard deviations of the count.
    const shares = Array.from({ length: 40 }, (_, u) => {
      const reachedM = steep.depthM[u];
      const cosine = 1 / Math.hypot(1, ((u === 0 ? 0.5 : 1) * 10 * 0.9) / reachedM);
      return TYPICAL_SENSOR.lostPixels + 0.5 * Math.max(0, 1 - cosine / 0.21);
    });
    const expected = shares.reduce((sum, share) => sum + share, 0) / 40;
    expect(expected).toBeGreaterThan(0.1);
    const deviation = Math.sqrt((expected * (1 - expected)) / (40 * height));
    const lost = lostShare(addSensorNoise(steep, createRandomStream(seed, 'steep')), (u) => u < 40);
    expect(Math.abs(lost - expected)).toBeLessThan(6 * deviation);
  });
});

describe('the noise of the colour', () => {
  it('is that of photons and of reading, and the light of a whole picture is a little off', () => {
    const image = wall(1, 188);
    const noisy = addSensorNoise(image, createRandomStream(seed, 'colour'));
    const reds = [...noisy.colorSrgb].filter((_, i) => i % 3 === 0);
    const mean = reds.reduce((sum, red) => sum + red, 0) / reds.length;
    const spread = Math.sqrt(reds.reduce((sum, red) => sum + (red - mean) * (red - mean), 0) / reds.length);
    expect(Math.abs(mean - 188)).toBeLessThan(188 * 0.1);
    expect(spread).toBeGreaterThan(0.8);
    expect(spread).toBeLessThan(4);
  });
});

describe('sensor noise', () => {
  it('is the same for the same stream, another for another, and leaves the picture it was given alone', () => {
    const image = wall(1.1, 128, 0.9);
    const before = image.depthM.slice();
    const once = addSensorNoise(image, createRandomStream(seed, 'a'));
    expect(addSensorNoise(image, createRandomStream(seed, 'a'))).toEqual(once);
    expect(addSensorNoise(image, createRandomStream(seed, 'b')).depthM).not.toEqual(once.depthM);
    expect(image.depthM).toEqual(before);
  });

  it('can be switched off part by part', () => {
    const off = {
      ...TYPICAL_SENSOR,
      readNoise: 0,
      shotNoise: 0,
      exposureError: 0,
      whiteBalanceError: 0,
      axialM: 0,
      axialGrowthPerM: 0,
      depthStepM: 0,
      edgeHoles: 0,
      flyingPixels: 0,
      lostPixels: 0,
      darkHoles: 0,
    };
    const image = wall(1.1, 128, 0.9);
    const noisy = addSensorNoise(image, createRandomStream(seed, 'off'), off);
    expect(noisy.depthM).toEqual(image.depthM);
    expect(noisy.colorSrgb).toEqual(image.colorSrgb);
  });
});
