import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { documentationText } from '../../skills/api/documentation.ts';
import { apiFor } from '../../skills/api/policy-api.ts';
import { EMPTY_SCOPE } from '../../skills/check/check-result.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { checker } from './checked-program.ts';
import { inProcessSandbox, openBench, sandboxSession } from './sandbox-bench.ts';

function moduleNamed(specifier: string): (typeof GUEST_MODULES)[number] {
  const found = GUEST_MODULES.find((module) => module.specifier === specifier);
  if (!found) throw new Error(`there is no module ${specifier}`);
  return found;
}

describe('the modules of programs', () => {
  test('are four, and their texts are those of the sources', async () => {
    expect(GUEST_MODULES.map((module) => module.specifier)).toEqual([
      'capstan:geometry',
      'capstan:linalg',
      'capstan:math',
      'capstan:skills',
    ]);
    const { buildGuestTexts } = (await import(pathToFileURL('esbuild.config.js').href)) as {
      buildGuestTexts(): Promise<Record<string, string>>;
    };
    const texts = await buildGuestTexts();
    expect(Object.keys(texts)).toHaveLength(2);
    for (const [file, text] of Object.entries(texts)) expect(readFileSync(file, 'utf8') === text, file).toBe(true);
  });

  test.each(GUEST_MODULES.map((module) => module.specifier))(
    '%s documents every function it has',
    async (specifier) => {
      const { declarations } = moduleNamed(specifier);
      const bench = await openBench();
      const [names] = await bench.printed(
        `import * as module from '${specifier}';\nconsole.log(Object.keys(module).sort().join());`,
      );
      const documented = [...declarations.matchAll(/\*\/\nexport declare function (\w+)\(/g)].map(([, name]) => name);
      expect(documented.sort().join()).toBe(names);
      expect(documented.length).toBeGreaterThan(8);
    },
  );

  test('show their functions in the prompt, without a word of the packages behind them', () => {
    const text = documentationText(apiFor({ tier: 'S3', arms: 1 }), GUEST_MODULES);
    expect(text).toContain("## import { ... } from 'capstan:geometry'");
    expect(text).toContain('function convexHull(points: Point[]): Polygon;');
    expect(text).toContain('function selectTopDownGrasp(');
    expect(text).not.toMatch(/jsts|MlMatrix|JtsShape/);
  });

  test('are checked by their types', async () => {
    const source = `import { solve } from 'capstan:linalg';\nimport { area } from 'capstan:geometry';\nconst x: string = solve([[1]], [2]);\nconsole.log(area([0, 1]), x);`;
    const result = await checker.check({ source, blockName: 'block-1', session: EMPTY_SCOPE });
    expect(result.ok).toBe(false);
    expect(result.diagnostics.map((d) => d.line)).toEqual([3, 4, 4]);
  });

  test('are not even read by a program that imports none of them', async () => {
    // A text that is no program: only reading it would tell.
    const broken = GUEST_MODULES.map(({ specifier }) => ({ specifier, javascript: 'this is no program' }));
    const sandbox = inProcessSandbox();
    await sandbox.open({ ...sandboxSession(), modules: broken });
    const run = (javascript: string, blockName: string) =>
      sandbox.run({ blockName, javascript }, async () => ({ ok: true, resultJson: '' }));
    expect((await run('console.log(1);', 'block-1')).status).toBe('finished');
    expect((await run("import 'capstan:geometry';", 'block-2')).status).toBe('failed');
  });

  test('leave nothing in the memory of a session that does not use them', async () => {
    const sizes: number[] = [];
    for (const modules of [[], GUEST_MODULES]) {
      const sandbox = inProcessSandbox();
      await sandbox.open({ ...sandboxSession(), modules });
      const outcome = await sandbox.run({ blockName: 'block-1', javascript: '1;' }, async () => ({
        ok: true,
        resultJson: '',
      }));
      sizes.push(outcome.usage.memoryBytes);
    }
    expect(sizes[1]).toBe(sizes[0]);
  });

  test('are there again in later blocks, and after a session is taken up from a snapshot', async () => {
    const bench = await openBench();
    await bench.printed(
      "import * as geometry from 'capstan:geometry';\nconst square = geometry.rectangle([0, 0], 2, 2);",
    );
    expect(await bench.printed("import { area } from 'capstan:geometry';\nconsole.log(area(square));")).toEqual(['4']);
    const { bytes } = await bench.sandbox.snapshot();
    await bench.sandbox.open(sandboxSession(), bytes);
    expect(
      await bench.printed("import { buffer, area } from 'capstan:geometry';\nconsole.log(area(buffer(square, -0.5)));"),
    ).toEqual(['1']);
  });
});
