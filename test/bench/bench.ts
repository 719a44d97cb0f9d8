// Owns `npm run bench`: measures the budgets of the design on this machine and prints each figure beside its budget.
// Figures are compared as ratios inside one run wherever the budget allows; nothing here fails a build.

import { availableParallelism, loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';
import { measureCamera } from './camera.ts';
import { type Figure, printFigures } from './figure.ts';
import { measurePerception } from './perception.ts';
import { measurePlanning } from './planning.ts';
import { measurePreview } from './preview.ts';
import { measureRecorder } from './recorder.ts';
import { measureReplay } from './replay.ts';
import { measureResets } from './resets.ts';
import { measureSandbox } from './sandbox.ts';
import { measureSandboxModules } from './sandbox-modules.ts';
import { measureStop } from './stop.ts';
import { measureTrials } from './trials.ts';
import { measureWorkers } from './workers.ts';

interface Section {
  readonly name: string;
  /** What it measures. */
  readonly what: string;
  readonly measure: () => Promise<readonly Figure[]>;
}

const SECTIONS: readonly Section[] = [
  { name: 'trials', what: 'experts on one core, each task at each tier', measure: measureTrials },
  { name: 'workers', what: 'the same trials with one worker and with two', measure: measureWorkers },
  { name: 'camera', what: 'one image of a depth camera, ray cast', measure: measureCamera },
  { name: 'resets', what: 'worlds made, reset and disposed of', measure: measureResets },
  { name: 'sandbox', what: 'calls, limits and kills of policy programs', measure: measureSandbox },
  { name: 'modules', what: 'what programs may import, inside the sandbox', measure: measureSandboxModules },
  { name: 'preview', what: 'a block in the twin', measure: measurePreview },
  { name: 'stop', what: 'from the stop to the closed gate', measure: measureStop },
  { name: 'recorder', what: 'the price of recording', measure: measureRecorder },
  { name: 'replay', what: 'a recording in a window', measure: measureReplay },
  { name: 'planning', what: 'ways among random things', measure: measurePlanning },
  { name: 'perception', what: 'things found in pictures', measure: measurePerception },
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

for (const { name, what, measure } of SECTIONS) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const started = performance.now();
  console.log(`\n${name}: ${what} (load ${loadavg()[0].toFixed(1)} of ${availableParallelism()} cores)`);
  const figures = await measure();
  printFigures(figures);
  console.log(`  measured in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
process.exit(0);
