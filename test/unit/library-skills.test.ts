import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createRandomStream } from '../../sim/random.ts';
import * as spatial from '../../sim/spatial.ts';
import { EMPTY_SCOPE } from '../../skills/check/check-result.ts';
import { loadLibrary } from '../../skills/library/load-library.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { checker, summary } from './checked-program.ts';
import * as exact from './high-precision.ts';
import { inProcessSandbox, openBench, sandboxSession } from './sandbox-bench.ts';

const library = loadLibrary();
const NINE = [
  'decomposeTransform',
  'depthToPointCloud',
  'interpolateSegment',
  'maskToWorldPoints',
  'normalizeVector',
  'pixelToWorldPoint',
  'rotationMatrixToQuaternion',
  'selectTopDownGrasp',
  'transformPoints',
];
const random = createRandomStream(Number(process.env.CAPSTAN_TEST_SEED), 'library test');
const between = (low: number, high: number) => low + (high - low) * random.next();

function drawnPose(): spatial.Pose {
  const axis: spatial.Vec3 = [between(-1, 1), between(-1, 1), between(0.1, 1)];
  return {
    position: [between(-1, 1), between(-1, 1), between(0, 1)],
    quatWxyz: spatial.quatFromAxisAngle(axis, between(-3, 3)),
  };
}

/** What skills give back in the sandbox for many arguments each. */
async function inSandbox(name: string, cases: readonly (readonly unknown[])[]): Promise<unknown[]> {
  const sandbox = inProcessSandbox();
  await sandbox.open({ ...sandboxSession(), functions: [{ name: 'give', parameters: ['value'] }] });
  const given: unknown[] = [];
  const outcome = await sandbox.run(
    {
      blockName: 'block-1',
      javascript: `import { ${name} } from 'capstan:skills';
for (const args of ${JSON.stringify(cases)}) await give(${name}(...args));`,
    },
    async ({ argsJson }) => {
      given.push(...(JSON.parse(argsJson) as unknown[]));
      return { ok: true, resultJson: '' };
    },
  );
  if (outcome.status === 'failed') throw new Error(outcome.error.message);
  return given;
}

// Numbers of 300 bits, exact for sums and products of doubles.
const bits = exact.exactly;
const ONE = bits(1);
const product = (...factors: bigint[]) => factors.reduce((a, b) => (a * b) / ONE);

/** Rotation matrix of a quaternion of any length, in 300 bits. */
function exactRotation(quat: spatial.Quat): bigint[][] {
  const [w, x, y, z] = quat.map(bits);
  const square = product(w, w) + product(x, x) + product(y, y) + product(z, z);
  const rows = [
    [
      product(w, w) + product(x, x) - product(y, y) - product(z, z),
      2n * (product(x, y) - product(w, z)),
      2n * (product(x, z) + product(w, y)),
    ],
    [
      2n * (product(x, y) + product(w, z)),
      product(w, w) - product(x, x) + product(y, y) - product(z, z),
      2n * (product(y, z) - product(w, x)),
    ],
    [
      2n * (product(x, z) - product(w, y)),
      2n * (product(y, z) + product(w, x)),
      product(w, w) - product(x, x) - product(y, y) + product(z, z),
    ],
  ];
  return rows.map((row) => row.map((value) => (value * ONE) / square));
}

function exactTransform(pose: spatial.Pose, point: readonly bigint[]): number[] {
  const rotation = exactRotation(pose.quatWxyz);
  return pose.position.map((shift, i) =>
    exact.toNumber(bits(shift) + point.reduce((sum, value, k) => sum + product(rotation[i][k], value), 0n)),
  );
}

function expectNear(found: unknown, wanted: readonly number[], tolerance = 1e-12): void {
  const values = found as number[];
  expect(values.length).toBe(wanted.length);
  values.forEach((value, i) => {
    expect(Math.abs(value - wanted[i])).toBeLessThan(tolerance);
  });
}

const intrinsics = { fx: 612.5, fy: 610.25, cx: 23.5, cy: 15.5, width: 48, height: 32 };

function exactPixel(u: number, v: number, depthM: number): bigint[] {
  const { fx, fy, cx, cy } = intrinsics;
  const ray = (pixel: number, centre: number, focal: number) =>
    ((bits(pixel) - bits(centre)) * bits(depthM)) / bits(focal);
  return [ray(u, cx, fx), ray(v, cy, fy), bits(depthM)];
}

describe('the skill library', () => {
  test('holds the nine published skills, promoted, each with its source', () => {
    expect(library.flatMap(({ record }) => record.exports).sort()).toEqual(NINE);
    for (const { record } of library) {
      expect(record.state).toBe('promoted');
      expect(record.provenance).toMatchObject({ kind: 'published', source: expect.stringContaining('CaP-X') });
    }
  });

  test('is what programs import from capstan:skills', () => {
    const { declarations } = GUEST_MODULES.find((module) => module.specifier === 'capstan:skills')!;
    const names = [...declarations.matchAll(/\*\/\nexport declare function (\w+)\(/g)].map(([, name]) => name);
    expect(names.sort()).toEqual(NINE);
  });

  test.each(library.map((entry) => [entry.record.name, entry] as const))(
    '%s passes the check as a program would, documentation included',
    async (_name, { code, documentation, tests, record }) => {
      const [, example] = /```ts\n([\s\S]*?)```/.exec(documentation)!;
      for (const exported of record.exports) expect(example).toContain(exported);
      // A block exports nothing; as the file of a skill the same text does.
      const asProgram = code.replace(/^export /gm, '');
      for (const source of [asProgram, example, tests]) {
        const result = await checker.check({ source, blockName: 'block-1', session: EMPTY_SCOPE });
        expect(summary(result), record.name).toEqual([]);
      }
      const bench = await openBench();
      expect((await bench.printed(example)).length).toBeGreaterThan(0);
    },
  );

  test.each(library.map((entry) => [entry.record.name, entry] as const))(
    '%s passes its own tests in the sandbox, and broken it does not',
    async (_name, { tests, record }) => {
      const bench = await openBench();
      const outcome = await bench.run(tests);
      expect(outcome.status === 'failed' && outcome.error.message, record.name).toBe(false);
      // The same tests on a skill that gives back what is not asked for.
      const broken = GUEST_MODULES.map((module) =>
        module.specifier === 'capstan:skills'
          ? {
              ...module,
              javascript: record.exports.map((name) => `export function ${name}() { return []; }`).join('\n'),
            }
          : module,
      );
      await bench.sandbox.open({ seed: 1, functions: [], modules: broken });
      expect((await bench.run(tests)).status).toBe('failed');
    },
  );
});

describe('the skills, in the sandbox, against 300 bits', () => {
  test('rotationMatrixToQuaternion and decomposeTransform', async () => {
    const poses = Array.from({ length: 60 }, drawnPose);
    const matrices = poses.map((pose) => exactRotation(pose.quatWxyz).map((row) => row.map(exact.toNumber)));
    const upright = (quat: spatial.Quat) => (quat[0] < 0 ? quat.map((value) => -value) : quat);
    const quats = await inSandbox(
      'rotationMatrixToQuaternion',
      matrices.map((matrix) => [matrix]),
    );
    quats.forEach((quat, i) => {
      expectNear(quat, upright(poses[i].quatWxyz));
    });
    const transforms = matrices.map((matrix, i) => [
      [...matrix.map((row, k) => [...row, poses[i].position[k]]), [0, 0, 0, 1]],
    ]);
    const found = (await inSandbox('decomposeTransform', transforms)) as spatial.Pose[];
    found.forEach((pose, i) => {
      expect(pose.position).toEqual(poses[i].position);
      expectNear(exactRotation(pose.quatWxyz).flat().map(exact.toNumber), matrices[i].flat());
    });
  });

  test('transformPoints, pixelToWorldPoint and maskToWorldPoints', async () => {
    const poses = Array.from({ length: 12 }, drawnPose);
    const points = Array.from({ length: 20 }, (): spatial.Vec3 => [between(-1, 1), between(-1, 1), between(-1, 1)]);
    const moved = (await inSandbox(
      'transformPoints',
      poses.map((pose) => [points, pose]),
    )) as number[][][];
    moved.forEach((list, i) => {
      for (const [k, point] of list.entries()) expectNear(point, exactTransform(poses[i], points[k].map(bits)));
    });

    const pixels = poses.map((pose) => [between(0, 47), between(0, 31), between(0.2, 2), intrinsics, pose] as const);
    const seen = await inSandbox('pixelToWorldPoint', pixels);
    seen.forEach((point, i) => {
      const [u, v, depthM] = pixels[i];
      expectNear(point, exactTransform(poses[i], exactPixel(u, v, depthM)));
    });

    const depthM = Array.from({ length: 48 * 32 }, () =>
      random.next() < 0.1 ? 0 : Math.round(between(300, 900)) / 1000,
    );
    const mask = { pixels: Array.from({ length: 48 * 32 }, (_, i) => i).filter(() => random.next() < 0.2) };
    const clouds = (await inSandbox(
      'maskToWorldPoints',
      poses.map((pose) => [mask, depthM, intrinsics, pose]),
    )) as number[][][];
    const measured = mask.pixels.filter((pixel) => depthM[pixel] > 0);
    clouds.forEach((cloud, i) => {
      expect(cloud.length).toBe(measured.length);
      for (const [k, point] of cloud.entries()) {
        const pixel = measured[k];
        expectNear(point, exactTransform(poses[i], exactPixel(pixel % 48, Math.floor(pixel / 48), depthM[pixel])));
      }
    });
    const [cloud] = (await inSandbox('depthToPointCloud', [[depthM, intrinsics]])) as number[][][];
    const all = depthM.flatMap((z, i) => (z > 0 ? [i] : []));
    expect(cloud.length).toBe(all.length);
    for (const [k, point] of cloud.entries()) {
      const pixel = all[k];
      expectNear(point, exactPixel(pixel % 48, Math.floor(pixel / 48), depthM[pixel]).map(exact.toNumber));
    }
  });

  test('interpolateSegment, normalizeVector and selectTopDownGrasp', async () => {
    const [from, to] = [drawnPose().position, drawnPose().position];
    const [points] = (await inSandbox('interpolateSegment', [[from, to, 0.05]])) as number[][][];
    const steps = points.length - 1;
    for (const [k, point] of points.entries()) {
      const share = (a: number, b: number) =>
        exact.toNumber(bits(a) + ((bits(b) - bits(a)) * BigInt(k)) / BigInt(steps));
      expectNear(
        point,
        from.map((value, i) => share(value, to[i])),
      );
    }
    expect(steps).toBe(Math.ceil(spatial.distance(from, to) / 0.05));

    const vectors = Array.from({ length: 30 }, () => Array.from({ length: 5 }, () => between(-9, 9)));
    const units = await inSandbox(
      'normalizeVector',
      vectors.map((vector) => [vector]),
    );
    units.forEach((unit, i) => {
      const values = (unit as number[]).map(bits);
      expect(Math.abs(exact.toNumber(values.reduce((sum, value) => sum + product(value, value), 0n)) - 1)).toBeLessThan(
        1e-14,
      );
      // Parallel and of one sense: every minor of the two vanishes.
      values.forEach((value, k) => {
        const minor = product(value, bits(vectors[i][0])) - product(values[0], bits(vectors[i][k]));
        expect(Math.abs(exact.toNumber(minor))).toBeLessThan(1e-13);
      });
      expect(Math.sign((unit as number[])[0])).toBe(Math.sign(vectors[i][0]));
    });

    const lists = Array.from({ length: 40 }, () =>
      Array.from({ length: 12 }, () => ({ ...drawnPose(), widthM: 0.05, score: Math.round(between(0, 9)) / 10 })),
    );
    const chosen = await inSandbox(
      'selectTopDownGrasp',
      lists.map((grasps) => [grasps, 0.3]),
    );
    chosen.forEach((grasp, i) => {
      const steep = lists[i].filter(({ quatWxyz }) => -exact.toNumber(exactRotation(quatWxyz)[2][2]) > 0.3);
      const best = steep.reduce<(typeof steep)[number] | null>(
        (a, b) => (a !== null && a.score >= b.score ? a : b),
        null,
      );
      expect(grasp).toEqual(best);
    });
  });
});

describe('an entry that is not sound', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  function copied(change: (folder: string) => void): string {
    const folder = mkdtempSync(join(tmpdir(), 'capstan-library-'));
    folders.push(folder);
    cpSync('skills/library/entries/transform-points', join(folder, 'transform-points'), { recursive: true });
    change(join(folder, 'transform-points'));
    return folder;
  }

  function rewrite(file: string, change: (text: string) => string): void {
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  }

  test('is taken as it is when nothing is wrong with it', () => {
    expect(loadLibrary(copied(() => {}))).toEqual(library.filter(({ record }) => record.name === 'transform-points'));
  });

  test.each<[string, (folder: string) => void, RegExp]>([
    [
      'other code than its record names',
      (folder) => rewrite(join(folder, 'skill.ts'), (text) => `${text}\n`),
      /is not the code its record names \(sha256 [0-9a-f]{64}\).*raise version/,
    ],
    [
      'an unknown state',
      (folder) => rewrite(join(folder, 'skill.json'), (text) => text.replace('promoted', 'loved')),
      /skill\.json: state /,
    ],
    [
      'an unknown key',
      (folder) => rewrite(join(folder, 'skill.json'), (text) => text.replace('{', '{ "rating": 5,')),
      /skill\.json: .*rating/,
    ],
    [
      'a broken record',
      (folder) => rewrite(join(folder, 'skill.json'), (text) => text.slice(0, 40)),
      /skill\.json is no JSON/,
    ],
    [
      'another name than its folder',
      (folder) => rewrite(join(folder, 'skill.json'), (text) => text.replace('"transform-points"', '"move-points"')),
      /name is "move-points", the folder is "transform-points"/,
    ],
    ['no tests', (folder) => rmSync(join(folder, 'tests.ts')), /tests\.ts cannot be read/],
  ])('is refused for %s, with the file and the fix', (_what, change, words) => {
    expect(() => loadLibrary(copied(change))).toThrow(words);
  });
});
