// Test runner settings: every suite runs in a shuffled order whose seed is printed.
import { defineConfig } from 'vitest/config';

const seed = Number(process.env.CAPSTAN_TEST_SEED ?? Date.now() % 1_000_000);
process.env.CAPSTAN_TEST_SEED = String(seed);
console.log(`test order and data seed: ${seed} (repeat with CAPSTAN_TEST_SEED=${seed})`);

export default defineConfig({
  test: {
    include: ['test/{unit,contract,attacks,faults,e2e}/**/*.test.ts'],
    reporters: ['default', ['json', { outputFile: 'out/test-results.json' }]],
    sequence: { shuffle: true, seed },
    // The texts that run inside the sandbox are made of the sources as they are, without a build.
    globalSetup: ['./esbuild.config.js'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
