// Owns a session of checked blocks in a sandbox, for the tests of the language side: check, run, remember names.

import { createHash } from 'node:crypto';
import { createApiDispatcher } from '../../skills/api/binding.ts';
import { apiFor, guestFunctions } from '../../skills/api/policy-api.ts';
import type { FinishedBlock } from '../../skills/check/check-result.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { engineWasm } from '../../skills/sandbox/policy-process.ts';
import type {
  BlockError,
  BlockOutcome,
  GuestCall,
  PolicySandbox,
  SandboxLimits,
  SandboxSession,
} from '../../skills/sandbox/policy-sandbox.ts';
import { QuickJsSandbox } from '../../skills/sandbox/quickjs-sandbox.ts';
import { checker, summary } from './checked-program.ts';
import { createTableTop } from './table-top.ts';

const api = apiFor({ tier: 'S1', arms: 1 });
const wasm = new WebAssembly.Module(engineWasm() as Uint8Array<ArrayBuffer>);

/** Seconds of robot time that every call of the bench takes. */
export const CALL_S = 0.5;

export function sandboxSession(limits: Partial<SandboxLimits> = {}, seed = 1): SandboxSession {
  return { seed, functions: guestFunctions(api), modules: GUEST_MODULES, limits };
}

export function inProcessSandbox(): PolicySandbox {
  return new QuickJsSandbox({ wasm, sha256: (bytes) => createHash('sha256').update(bytes).digest('hex') });
}

export interface SandboxBench {
  readonly sandbox: PolicySandbox;
  readonly calls: GuestCall[];
  readonly log: string[];
  /** Checks and runs a program as the next block. */
  run(source: string, signal?: AbortSignal): Promise<BlockOutcome>;
  /** Runs JavaScript as the next block without a check, as a program that got past it. */
  runUnchecked(javascript: string, signal?: AbortSignal): Promise<BlockOutcome>;
  /** The printed texts of a program that must finish. */
  printed(source: string): Promise<string[]>;
  /** The error of a program that must fail. */
  failure(source: string): Promise<BlockError>;
}

export async function openBench(
  sandbox: PolicySandbox = inProcessSandbox(),
  session: SandboxSession = sandboxSession(),
): Promise<SandboxBench> {
  await sandbox.open(session);
  const world = createTableTop();
  const { dispatch } = createApiDispatcher(api, world.implementation, (error) => {
    throw error;
  });
  const calls: GuestCall[] = [];
  const blocks: FinishedBlock[] = [];
  let blockCount = 0;
  let robotTimeS = 0;

  const onCall = async (call: GuestCall, signal: AbortSignal) => {
    calls.push(call);
    robotTimeS += CALL_S;
    return { ...(await dispatch(call.name, call.argsJson, signal)), robotTimeS };
  };
  const bench: SandboxBench = {
    sandbox,
    calls,
    log: world.log,
    async run(source, signal) {
      const blockName = `block-${++blockCount}`;
      const result = await checker.check({ source, blockName, session: { blocks } });
      if (!result.ok) throw new Error(`the check refuses the program: ${summary(result).join('; ')}`);
      const block = { blockName, javascript: result.javascript, loops: result.effects.loops, robotTimeS };
      const outcome = await sandbox.run(block, onCall, signal);
      if (outcome.status === 'finished') {
        blocks.push({ blockName, declarations: result.declarations, exportedNames: result.exportedNames });
      }
      return outcome;
    },
    runUnchecked: (javascript, signal) =>
      sandbox.run({ blockName: `block-${++blockCount}`, javascript, robotTimeS }, onCall, signal),
    async printed(source) {
      const outcome = await bench.run(source);
      if (outcome.status === 'failed') throw new Error(`${outcome.error.name}: ${outcome.error.message}`);
      return outcome.output.map((line) => line.text);
    },
    async failure(source) {
      const outcome = await bench.run(source);
      if (outcome.status === 'finished') throw new Error('the program finished');
      return outcome.error;
    },
  };
  return bench;
}
