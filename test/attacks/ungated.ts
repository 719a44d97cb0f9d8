// Owns the controls' robot side: the real functions on the real simulated robot, but with nothing between them and the
// program: no gate, no validation, no end of a block. Must never be used outside of controls.

import type { Offer } from '../../drivers/gate/approval.ts';
import { PLAIN_RUN } from '../../electron/session/cell.ts';
import { homeJointsOf } from '../../sim/tasks/layout.ts';
import type { CallHandler } from '../../skills/sandbox/policy-sandbox.ts';
import type { Stand } from './attack-harness.ts';

type AnyFunction = (args: Record<string, unknown>, call: { signal: AbortSignal }) => Promise<unknown>;

/** Answers calls with the robot itself. */
export function bareHandler({ cell }: Stand): CallHandler {
  const { robot, task } = cell;
  const implementation = cell.side.implement({
    permit: {
      execute: (plan) => robot.execute(plan),
      servo: (command) => robot.servo(command),
      rest: async () => undefined,
      moveGripper: (command) => robot.moveGripper(command),
      advance: (seconds) => robot.advance(seconds),
    },
    homeJointsRad: homeJointsOf(task),
    toolSpeedMPerS: 1.2,
    speedShare: 1,
  }) as unknown as Record<string, AnyFunction>;
  const { signal } = new AbortController();
  return async ({ name, argsJson }) => {
    const { parameters } = cell.api.functions.find((definition) => definition.name === name)!;
    const values: unknown[] = JSON.parse(argsJson);
    const args = Object.fromEntries(parameters.map((parameter, i) => [parameter.name, values[i] ?? undefined]));
    try {
      const result = await implementation[name](args, { signal });
      return { ok: true, resultJson: result === undefined ? '' : JSON.stringify(result) };
    } catch (error) {
      return { ok: false, error: { code: 'UNGATED', stage: 'motion', message: String(error), hint: '' } };
    }
  };
}

/**
 * Runs a program on the robot itself.
 * @param when 'ends nothing': the program runs in this very process, and goes on when it has come to its end
 */
export async function runBesideTheGate(
  stand: Stand,
  javascript: string,
  when: 'ends with the block' | 'ends nothing' = 'ends with the block',
): Promise<void> {
  const handler = bareHandler(stand);
  if (when === 'ends with the block') {
    await stand.sandbox.run({ blockName: 'block-1', javascript }, handler);
    return;
  }
  const { signal } = new AbortController();
  const names = stand.cell.api.functions.map(({ name }) => name);
  const functions = names.map(
    (name) =>
      (...args: unknown[]) =>
        handler({ id: 0, name, argsJson: JSON.stringify(args), frames: [] }, signal),
  );
  await new Function(...names, `return (async () => { ${javascript} })()`)(...functions);
}

/** Runs a program that is handed the gate, an offer that waits for approval, and the robot. */
export async function runWithTheGateInHand({ cell }: Stand, javascript: string): Promise<void> {
  const block = { name: 'block-9', source: '', javascript: 'await sleep(0.01);', loops: [] };
  const waiting: Offer = cell.gate.offer(await cell.claims(block, PLAIN_RUN));
  const run = new Function('gate', 'waiting', 'robot', `return (async () => { ${javascript} })()`);
  await run(cell.gate, waiting, cell.robot);
}
