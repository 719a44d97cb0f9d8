import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

describe('the reader of episodes', () => {
  it('bundles for the browser: no node: module, no schema texts', async () => {
    const result = await build({
      entryPoints: [join(import.meta.dirname, '../../drivers/episode/reader.ts')],
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    const inputs = Object.keys(result.metafile.inputs);
    expect(inputs.some((name) => name.endsWith('drivers/episode/mcap-container.ts'))).toBe(true);
    expect(inputs.filter((name) => name.includes('@foxglove/schemas') || name.includes('node-file'))).toEqual([]);
  });
});
