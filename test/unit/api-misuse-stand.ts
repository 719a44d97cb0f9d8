// Owns the stand on which misuse of the API is tried: a real cell at any tier, one program of many wrong calls, and what
// each of them ended in. Must never soften an error: what the program saw is what the tests read.

import { expect } from 'vitest';
import { fastPacer } from '../../drivers/simulated/pacer.ts';
import { type CallRecord, Cell, PLAIN_RUN } from '../../electron/session/cell.ts';
import { openTask, readRig } from '../../electron/session/installation.ts';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import type { PolicyApi, Tier } from '../../skills/api/definition.ts';
import type { Detector } from '../../skills/perception/detector.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { inProcessSandbox } from '../attacks/attack-harness.ts';

/** One wrong call, and the error a language model has to be able to correct it from. */
export interface Misuse {
  /** The function that is misused. */
  readonly of: string;
  /** Completes "a program that ...". */
  readonly that: string;
  /** JavaScript: the body of an async function. */
  readonly program: string;
  readonly code: string;
  /** What the message says: what happened, and the value that is wrong. */
  readonly says: RegExp;
  /** What the hint tells to write instead. */
  readonly hint: RegExp;
}

/** What a program saw of its mistake. */
export interface Seen {
  readonly code: string;
  readonly stage: string;
  readonly message: string;
  readonly hint: string;
  /** Robot time that passed in the call that failed, seconds. */
  readonly tookS: number;
}

export interface MisuseStand {
  readonly task: string;
  readonly tier: Tier;
  readonly seed?: number;
  /** JavaScript that every wrong call may build on. */
  readonly before?: string;
  readonly detector?: Detector;
}

/** Runs the wrong calls one after the other in one cell. */
export async function tryMisuses(
  misuses: readonly Misuse[],
  { task: name, tier, seed = 3, before = '', detector }: MisuseStand,
): Promise<{ readonly api: PolicyApi; readonly seen: ReadonlyMap<Misuse, Seen> }> {
  const { task } = openTask(name).taskFor(seed);
  const { rig } = readRig(undefined, task);
  const sandbox = inProcessSandbox();
  const failures: unknown[] = [];
  const cell = await Cell.open({
    mujoco: await loadMujoco(),
    task: { ...task, maxRobotTimeS: 110 },
    seed,
    tier,
    rig,
    sandbox,
    modules: GUEST_MODULES,
    detector,
    pacer: fastPacer(),
    nowS: () => performance.now() / 1000,
    requiredBeats: [],
    purpose: 'trial',
    onInternalError: (error) => void failures.push(error),
  });
  try {
    const seen = new Map<Misuse, Seen>();
    let last: CallRecord | undefined;
    cell.observe({
      onCall: (call) => {
        last = call;
      },
      onOutput: ({ text }) => {
        const { k, ...error } = JSON.parse(text);
        const failed = last?.reply.ok === false && last.reply.error.message === error.message ? last : undefined;
        const answer = last?.reply.ok === true && error.code === 'NONE' ? last.reply.resultJson.slice(0, 300) : '';
        const tookS = failed === undefined ? 0 : failed.endS - failed.startS;
        seen.set(misuses[k], { ...error, message: `${error.message}${answer}`, tookS });
      },
    });
    const javascript = programOf(misuses, before);
    const block = { name: 'block-1', source: javascript, javascript, loops: [] };
    const offer = cell.gate.offer(await cell.claims(block, PLAIN_RUN));
    cell.gate.approve(offer.id, offer.digest, { kind: 'automatic', name: 'misuse test' });
    const outcome = await cell.run(block, offer.id, PLAIN_RUN);
    expect(outcome).toMatchObject({ status: 'finished' });
    expect(failures).toEqual([]);
    return { api: cell.api, seen };
  } finally {
    await cell.dispose();
    await sandbox.dispose();
  }
}

function programOf(misuses: readonly Misuse[], before: string): string {
  const tries = misuses.map(({ program }) => `async () => {\n${program}\n}`);
  return `
const DOWN = [0, 1, 0, 0];
${before}
const tries = [${tries.join(',\n')}];
for (let k = 0; k < tries.length; k++) {
  try {
    await tries[k]();
    console.log(JSON.stringify({ k, code: 'NONE', stage: '', message: 'no error', hint: '' }));
  } catch ({ name, code = name, stage = '', message, hint = '' }) {
    console.log(JSON.stringify({ k, code, stage, message, hint }));
  }
}`;
}

/** The function names of every API that are not of this one: no error may send a program to them. */
export function foreignNames(api: PolicyApi, all: readonly PolicyApi[]): string[] {
  const own = new Set(api.functions.map(({ name }) => name));
  return [...new Set(all.flatMap(({ functions }) => functions.map(({ name }) => name)))].filter(
    (name) => !own.has(name),
  );
}
