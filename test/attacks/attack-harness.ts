// Owns the stand that attack programs run on: a real cell (sandbox, dispatcher, gate, simulated robot) and eyes outside
// of it. Success of an attack is seen here, on the host's side; what a program prints counts for nothing. Must never be
// lenient: a stand that a test has not opened anew knows nothing of other tests.

import { blankSourceFile } from 'ts-blank-space';
import ts from 'typescript';
import { expect, onTestFinished, test } from 'vitest';
import type { Envelope } from '../../drivers/gate/envelope.ts';
import type { GateEvent } from '../../drivers/gate/events.ts';
import type { PlanRequest } from '../../drivers/robot.ts';
import { fastPacer, type Pacer } from '../../drivers/simulated/pacer.ts';
import { type CallRecord, Cell, type CheckedBlock, PLAIN_RUN, type RunSettings } from '../../electron/session/cell.ts';
import { readRig, readTask } from '../../electron/session/installation.ts';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import type { CheckResult } from '../../skills/check/check-result.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { engineWasm } from '../../skills/sandbox/policy-process.ts';
import type {
  BlockError,
  BlockHost,
  BlockOutcome,
  CallHandler,
  GuestCall,
  PolicySandbox,
  SandboxBlock,
  SandboxLimits,
  SandboxModule,
  SandboxSession,
} from '../../skills/sandbox/policy-sandbox.ts';
import { QuickJsSandbox } from '../../skills/sandbox/quickjs-sandbox.ts';
import { check } from '../unit/checked-program.ts';

const wasm = new WebAssembly.Module(engineWasm() as Uint8Array<ArrayBuffer>);

export const AUTOMATIC = { kind: 'automatic', name: 'attack test' } as const;

export function inProcessSandbox(): PolicySandbox {
  return new QuickJsSandbox({ wasm });
}

/** The program without its types and without any check, line for line. */
export function withoutTypes(source: string): string {
  return blankSourceFile(ts.createSourceFile('program.ts', source, ts.ScriptTarget.ES2023, true), () => {
    throw new Error('this attack cannot be had as JavaScript');
  });
}

/** Codes of the errors a check found, each once, sorted. */
export function errorCodes(result: CheckResult): string[] {
  const errors = result.diagnostics.filter(({ severity }) => severity === 'error');
  return [...new Set(errors.map(({ code }) => code))].sort();
}

/** A command as it reached the robot, seen at the robot's own door. */
export interface SeenCommand {
  readonly kind: 'execute' | 'moveGripper' | 'advance';
  readonly args: readonly unknown[];
  /** Robot time when it came, seconds. */
  readonly atS: number;
  /** Commands that were under way when it came. */
  readonly besides: number;
}

export interface StandOptions {
  /** Whoever gives one disposes of it; a fresh one in this process otherwise. */
  readonly sandbox?: PolicySandbox;
  readonly limits?: Partial<SandboxLimits>;
  readonly modules?: readonly SandboxModule[];
  readonly seed?: number;
  readonly task?: string;
  readonly envelope?: Partial<Envelope>;
  readonly pacer?: Pacer;
}

export interface Stand {
  readonly cell: Cell;
  readonly sandbox: PolicySandbox;
  /** Calls as the sandbox asked for them. */
  readonly guestCalls: GuestCall[];
  /** Calls as they were recorded. */
  readonly calls: CallRecord[];
  readonly gateEvents: GateEvent[];
  /** Commands as they reached the robot. */
  readonly commands: SeenCommand[];
  /** What the robot was asked to plan. */
  readonly requests: PlanRequest[];
  readonly internalErrors: unknown[];
  /** Runs JavaScript as the next block: offered, approved, run. A stop of the gate ends the program, as in the host. */
  run(javascript: string, settings?: RunSettings): Promise<BlockOutcome>;
  /** Fails the test unless the host is whole: stops are reset, and the next block runs as ever. */
  expectUnharmed(): Promise<void>;
}

/** Gives a session limits, and remembers what its programs ask for. */
class ObservedSandbox implements PolicySandbox {
  readonly guestCalls: GuestCall[] = [];
  readonly #inner: PolicySandbox;
  readonly #limits: Partial<SandboxLimits>;

  constructor(inner: PolicySandbox, limits: Partial<SandboxLimits>) {
    this.#inner = inner;
    this.#limits = limits;
  }

  open(session: SandboxSession, from?: Uint8Array) {
    return this.#inner.open({ ...session, limits: this.#limits }, from);
  }

  run(block: SandboxBlock, host: CallHandler | BlockHost, signal?: AbortSignal) {
    const listener: BlockHost = typeof host === 'function' ? { onCall: host } : host;
    const observed: CallHandler = (call, callSignal) => {
      this.guestCalls.push(call);
      return listener.onCall(call, callSignal);
    };
    return this.#inner.run(block, { ...listener, onCall: observed }, signal);
  }

  snapshot = () => this.#inner.snapshot();
  restore = (bytes: Uint8Array) => this.#inner.restore(bytes);
  dispose = () => this.#inner.dispose();
}

/** Stands at the robot's door: everything that gets through the gate passes here. */
function watchRobot({ robot, world }: Cell): SeenCommand[] {
  const seen: SeenCommand[] = [];
  let underWay = 0;
  for (const kind of ['execute', 'moveGripper', 'advance'] as const) {
    const original = robot[kind].bind(robot) as (...args: unknown[]) => Promise<unknown>;
    const watched = (...args: unknown[]) => {
      seen.push({ kind, args, atS: world.timeS, besides: underWay });
      underWay += 1;
      return original(...args).finally(() => {
        underWay -= 1;
      });
    };
    Object.defineProperty(robot, kind, { value: watched });
  }
  return seen;
}

function watchPlans({ robot }: Cell): PlanRequest[] {
  const requests: PlanRequest[] = [];
  const plan = robot.plan.bind(robot);
  const watched: typeof plan = (request) => {
    requests.push(request);
    return plan(request);
  };
  Object.defineProperty(robot, 'plan', { value: watched });
  return requests;
}

/** Opens a cell for one test; it is closed when the test is done. */
export async function openStand(options: StandOptions = {}): Promise<Stand> {
  const { limits = {}, modules = GUEST_MODULES, seed = 3, task = 'cube-lift', envelope = {} } = options;
  const sandbox = new ObservedSandbox(options.sandbox ?? inProcessSandbox(), { cpuMs: 2000, ...limits });
  const { rig } = readRig();
  const internalErrors: unknown[] = [];
  const cell = await Cell.open({
    mujoco: await loadMujoco(),
    task: readTask(task).task,
    seed,
    tier: 'S1',
    rig: { ...rig, envelope: { ...rig.envelope, ...envelope } },
    sandbox,
    modules,
    pacer: options.pacer ?? fastPacer(),
    nowS: () => performance.now() / 1000,
    requiredBeats: [],
    purpose: 'trial',
    onInternalError: (error) => void internalErrors.push(error),
  });
  onTestFinished(async () => {
    await cell.dispose();
    if (options.sandbox === undefined) await sandbox.dispose();
  });
  const calls: CallRecord[] = [];
  const gateEvents: GateEvent[] = [];
  let running: AbortController | undefined;
  cell.observe({
    onCall: (call) => void calls.push(call),
    onGate: (event) => {
      gateEvents.push(event);
      if (event.kind === 'stopped') running?.abort();
    },
  });
  let blocks = 0;
  const stand: Stand = {
    cell,
    sandbox,
    guestCalls: sandbox.guestCalls,
    calls,
    gateEvents,
    commands: watchRobot(cell),
    requests: watchPlans(cell),
    internalErrors,
    async run(javascript, settings = PLAIN_RUN) {
      blocks += 1;
      const block: CheckedBlock = { name: `block-${blocks}`, source: javascript, javascript, loops: [] };
      const offer = cell.gate.offer(await cell.claims(block, settings));
      cell.gate.approve(offer.id, offer.digest, AUTOMATIC);
      running = new AbortController();
      return cell.run(block, offer.id, settings, running.signal);
    },
    async expectUnharmed() {
      for (const { id } of cell.gate.state().stops) await cell.gate.reset(id, AUTOMATIC);
      const before = cell.world.timeS;
      const outcome = await stand.run(
        "const pose = await getObjectPose('red cube');\nawait sleep(pose.extent.length / 100);",
      );
      expect(outcome).toMatchObject({ status: 'finished' });
      expect(cell.world.timeS).toBeCloseTo(before + 0.03, 6);
    },
  };
  return stand;
}

/** The error of a block that must have failed. */
export function errorOf(outcome: BlockOutcome): BlockError {
  if (outcome.status === 'finished') throw new Error('the block finished');
  return outcome.error;
}

/** A program that tries something. */
export interface Attack {
  /** Completes "a program that ...". */
  readonly name: string;
  /** TypeScript, as somebody would write it. */
  readonly source: string;
  /** Error codes with which the check catches it; none when the check lets it pass. */
  readonly caughtBy: readonly string[];
}

/** Fails the test unless the check catches an attack just as it says. */
export function expectCaught(checked: CheckResult, caughtBy: readonly string[]): void {
  const codes = errorCodes(checked);
  expect(checked.ok, codes.join()).toBe(caughtBy.length === 0);
  expect(codes).toEqual(expect.arrayContaining([...caughtBy]));
}

/** What was seen of an attack's success; null when there was none. */
export type Success = string | null;

/**
 * Three tests for each attack: through the whole chain, past the check, and the control with the protection switched off.
 */
export function testAttacks<A extends Attack>(
  attacks: readonly A[],
  how: {
    readonly underProtection: (javascript: string, attack: A) => Promise<Success>;
    /** What is switched off, as "in a bare Node". */
    readonly switchedOff: string;
    readonly control: (javascript: string, attack: A) => Promise<Success>;
    /** Fills in what a program can only know when the test runs. */
    readonly fill?: (source: string) => string;
  },
): void {
  const { underProtection, switchedOff, control, fill = (source) => source } = how;
  for (const attack of attacks) {
    test(`a program that ${attack.name} gets nowhere through the whole chain`, async () => {
      const checked = await check(fill(attack.source));
      expectCaught(checked, attack.caughtBy);
      if (checked.ok) expect(await underProtection(checked.javascript, attack)).toBeNull();
    });

    test(`a program that ${attack.name} gets nowhere past the check`, async () => {
      expect(await underProtection(withoutTypes(fill(attack.source)), attack)).toBeNull();
    });

    test(`CONTROL: a program that ${attack.name} succeeds ${switchedOff}`, async () => {
      expect(await control(withoutTypes(fill(attack.source)), attack)).not.toBeNull();
    });
  }
}
