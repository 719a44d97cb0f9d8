// Owns `npm run bench`: measures the budgets of the design on this machine and prints each figure beside its budget.
// Figures are compared as ratios inside one run wherever the budget allows; nothing here fails a build.

import { performance } from 'node:perf_hooks';
import { measureCamera } from './camera.ts';
import { type Figure, printFigures } from './figure.ts';
import { measurePerception } from './perception.ts';
import { measurePlanning } from './planning.ts';
import { measurePreview } from './preview.ts';
import { measureRecorder } from './recorder.ts';
import { measureResets } from './resets.ts';
import { measureSandbox } from './sandbox.ts';
import { measureSandboxModules } from './sandbox-modules.ts';
import { measureStop } from './stop.ts';
import { measureTrials } from './trials.ts';
import { measureWorkers } from './workers.ts';

const SECTIONS: readonly { readonly name: string; readonly measure: () => Promise<readonly Figure[]> }[] = [
  { name: 'trials', measure: measureTrials },
  { name: 'workers', measure: measureWorkers },
  { name: 'resets', measure: measureResets },
  { name: 'sandbox', measure: measureSandbox },
  { name: 'modules', measure: measureSandboxModules },
  { name: 'preview', measure: measurePreview },
  { name: 'stop', measure: measureStop },
  { name: 'recorder', measure: measureRecorder },
  { name: 'camera', measure: measureCamera },
  { name: 'planning', measure: measurePlanning },
  { name: 'perception', measure: measurePerception },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !SECTIONS.some((section) => section.name === name));
if (unknown.length > 0) {
  console.error(
    `there is no section ${unknown.join(', ')}; the sections are ${SECTIONS.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
// A sandbox waiting in its child process does not keep this one alive.
setInterval(() => undefined, 1000);

for (const { name, measure } of SECTIONS) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const started = performance.now();
  const figures = await measure();
  console.log(`\n${name} (measured in ${((performance.now() - started) / 1000).toFixed(1)} s)`);
  printFigures(figures);
}
process.exit(0);
