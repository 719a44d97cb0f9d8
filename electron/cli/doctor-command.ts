// Owns `capstan doctor`: what works on this machine, what does not, and how to get the rest.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { checkDataSet } from '../../drivers/episode/lerobot/check-data-set.ts';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import { findChromium } from '../session/chromium.ts';
import { bundledEntry, episodeFolder, openTask, readRig, taskNames, VERSION } from '../session/installation.ts';
import { answer, type Command } from './command.ts';

interface Finding {
  readonly part: string;
  readonly state: 'works' | 'missing' | 'broken';
  readonly detail: string;
  /** What to do; empty when it works. */
  readonly fix: string;
  /** True when Capstan cannot run programs without it. */
  readonly needed: boolean;
}

export const DOCTOR_COMMAND: Command = {
  name: 'doctor',
  usage: '',
  summary: 'says what works on this machine and how to get the rest',
  options: {
    dataset: { type: 'string', value: 'DIR', help: 'look at a LeRobot data set instead, and explain each problem' },
    json: { type: 'boolean', help: 'print the findings as JSON on stdout' },
  },
  run: async (input) => {
    const dataset = input.text('dataset');
    if (dataset !== undefined) return checkedDataSet(resolve(dataset), input.flag('json'));
    const findings = [
      node(),
      built(),
      await engine(),
      await sandboxEngine(),
      tasks(),
      episodes(),
      chromium(),
      editor(),
    ];
    if (input.flag('json')) answer(findings);
    else {
      process.stdout.write(
        `capstan ${VERSION} on ${process.platform} ${process.arch}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB\n`,
      );
      for (const { part, state, detail, fix } of findings) {
        process.stdout.write(
          `${state.padEnd(8)} ${part.padEnd(18)} ${detail}\n${fix === '' ? '' : `${' '.repeat(28)}${fix}\n`}`,
        );
      }
    }
    return findings.some(({ state, needed }) => needed && state !== 'works') ? 1 : 0;
  },
};

async function checkedDataSet(folder: string, json: boolean): Promise<number> {
  const report = await checkDataSet(folder);
  const { episodes, frames, videos, videosChecked, problems } = report;
  if (json) answer({ folder, ...report });
  else {
    process.stdout.write(`${folder}: ${episodes} episodes, ${frames} frames, ${videos} videos\n`);
    for (const { file, problem, fix } of problems)
      process.stdout.write(`broken   ${file}: ${problem}\n         ${fix}\n`);
    if (problems.length === 0) process.stdout.write('works    nothing is wrong with it\n');
    if (!videosChecked)
      process.stdout.write('missing  ffprobe (Debian: apt install ffmpeg): frames of videos were not counted\n');
  }
  return problems.length === 0 ? 0 : 1;
}

function works(part: string, detail: string, needed: boolean): Finding {
  return { part, state: 'works', detail, fix: '', needed };
}

function node(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const detail = `version ${process.versions.node}`;
  if (major > 20 || (major === 20 && minor >= 19)) return works('node', detail, true);
  return { part: 'node', state: 'broken', detail, fix: 'install Node 20.19 or later', needed: true };
}

function built(): Finding {
  const missing = ['robot-host.js', 'cell-worker.js', 'twin.js', 'policy-host.js', 'bench-worker.js'].filter(
    (file) => !existsSync(bundledEntry(file)),
  );
  if (missing.length === 0) return works('program files', 'built', true);
  return {
    part: 'program files',
    state: 'missing',
    detail: missing.join(', '),
    fix: 'run: npm run build',
    needed: true,
  };
}

async function engine(): Promise<Finding> {
  try {
    const started = performance.now();
    const mujoco = await loadMujoco();
    const model = mujoco.MjModel.from_xml_string('<mujoco><worldbody/></mujoco>');
    model.delete();
    return works(
      'physics',
      `MuJoCo ${mujoco.mj_versionString()} loaded in ${(performance.now() - started).toFixed(0)} ms, no GPU needed`,
      true,
    );
  } catch (error) {
    return broken('physics', error, 'run: npm ci', true);
  }
}

async function sandboxEngine(): Promise<Finding> {
  try {
    const file = createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm');
    await WebAssembly.compile(readFileSync(file));
    return works('sandbox', 'QuickJS loads', true);
  } catch (error) {
    return broken('sandbox', error, 'run: npm ci', true);
  }
}

function tasks(): Finding {
  try {
    const names = taskNames();
    for (const name of names) readRig(undefined, openTask(name).taskFor(0).task);
    return works('tasks', `${names.length} tasks: ${names.join(', ')}`, true);
  } catch (error) {
    return broken('tasks', error, 'mend or remove the task file', true);
  }
}

function episodes(): Finding {
  const folder = episodeFolder();
  try {
    mkdirSync(folder, { recursive: true });
    const probe = join(folder, `.probe-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
    return works('episodes', `go to ${folder}`, true);
  } catch (error) {
    return broken('episodes', error, 'set CAPSTAN_HOME to a folder that can be written', true);
  }
}

function chromium(): Finding {
  const found = findChromium();
  if (found !== undefined) return works('chromium', found, false);
  return {
    part: 'chromium',
    state: 'missing',
    detail: 'needed only by the end-to-end tests',
    fix: 'Debian: apt-get install chromium; elsewhere: npx playwright-core install chromium',
    needed: false,
  };
}

function editor(): Finding {
  const name = process.env.VISUAL || process.env.EDITOR;
  if (name !== undefined && name !== '') return works('editor', name, false);
  return {
    part: 'editor',
    state: 'missing',
    detail: 'for "edit" at the approval prompt',
    fix: 'set EDITOR, as in: export EDITOR=nano',
    needed: false,
  };
}

function broken(part: string, error: unknown, fix: string, needed: boolean): Finding {
  return {
    part,
    state: 'broken',
    detail: error instanceof Error ? error.message.split('\n')[0] : String(error),
    fix,
    needed,
  };
}
