// Owns the figures of the sandbox: how long after its limit a program that never ends is gone, and what a call costs.

import type { PolicySandbox, SandboxLimits } from '../../skills/sandbox/policy-sandbox.ts';
import { ProcessSandbox } from '../../skills/sandbox/process-sandbox.ts';
import { type Figure, median } from './figure.ts';

const LIMITS: Partial<SandboxLimits> = { cpuMs: 300, memoryBytes: 64 * 1024 * 1024 };
const SESSION = { seed: 0, functions: [{ name: 'ping', parameters: ['value'] }], modules: [], limits: LIMITS };

const HOSTILE: readonly { readonly name: string; readonly javascript: string }[] = [
  { name: 'endless loop', javascript: 'for (;;) {}' },
  { name: 'try/catch-everything', javascript: 'while (true) { try { while (true) {} } catch {} }' },
  { name: 'native loop', javascript: "'a'.repeat(30).replace(/(a+)+b/, ''); new Array(3e7).fill(0).sort(() => 1);" },
  { name: 'memory bomb', javascript: 'const kept = []; for (;;) kept.push(new Array(1e5).fill(1.5));' },
];

export async function measureSandbox(): Promise<Figure[]> {
  const sandbox = new ProcessSandbox();
  const figures: Figure[] = [];
  for (const { name, javascript } of HOSTILE) {
    const times: number[] = [];
    let ended = '';
    for (let i = 0; i < 5; i++) {
      await sandbox.open(SESSION);
      const started = performance.now();
      const outcome = await sandbox.run({ blockName: 'block-1', javascript }, async () => ({
        ok: true,
        resultJson: '',
      }));
      times.push(performance.now() - started);
      ended = outcome.status === 'failed' ? outcome.error.stage : outcome.status;
    }
    figures.push({
      what: `${name}: over its limit of ${LIMITS.cpuMs} ms`,
      value: median(times) - (LIMITS.cpuMs ?? 0),
      unit: 'ms',
      budget: { kind: 'at most', value: 200 },
      note: `stage ${ended}`,
    });
  }
  figures.push({
    what: 'the host goes on: next session opens and runs',
    value: await nextSession(sandbox),
    unit: 'ms',
  });
  figures.push({ what: 'one call of the API across the process', value: await callCost(sandbox), unit: 'ms' });
  await sandbox.dispose();
  return figures;
}

async function nextSession(sandbox: PolicySandbox): Promise<number> {
  const started = performance.now();
  await sandbox.open(SESSION);
  const outcome = await sandbox.run({ blockName: 'block-1', javascript: 'await ping(1);' }, async () => ({
    ok: true,
    resultJson: '2',
  }));
  if (outcome.status !== 'finished') throw new Error('the sandbox did not recover');
  return performance.now() - started;
}

async function callCost(sandbox: PolicySandbox): Promise<number> {
  await sandbox.open({ ...SESSION, limits: {} });
  const count = 500;
  const started = performance.now();
  await sandbox.run(
    { blockName: 'block-1', javascript: `for (let i = 0; i < ${count}; i++) await ping(i);` },
    async () => ({ ok: true, resultJson: '2' }),
  );
  return (performance.now() - started) / count;
}
