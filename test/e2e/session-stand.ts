// A session with a scripted operator behind the port, as tests of sessions use it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRig, readTask } from '../../electron/session/installation.ts';
import type { Decision, Operator, Proposal } from '../../electron/session/operator.ts';
import { Session, type SessionOptions } from '../../electron/session/session.ts';
import {
  type SessionStory,
  SessionWorkbench,
  type SessionWorkbenchOptions,
} from '../../electron/session/session-workbench.ts';

/** Answers by a rule, and keeps what it was asked. */
export class ScriptedOperator implements Operator {
  readonly by;
  readonly asked: Proposal[] = [];
  readonly #answer: (proposal: Proposal, signal: AbortSignal) => Promise<Decision> | Decision;

  constructor(
    answer: ScriptedOperator['decide'] | ((proposal: Proposal) => Decision),
    kind: 'person' | 'automatic' = 'person',
  ) {
    this.by = { kind, name: 'script' };
    this.#answer = answer;
  }

  async decide(proposal: Proposal, signal: AbortSignal): Promise<Decision> {
    this.asked.push(proposal);
    return await this.#answer(proposal, signal);
  }
}

export const APPROVE: Decision = { kind: 'approve' };
export const NEVER = new AbortController().signal;

export interface SessionStand {
  readonly session: Session;
  readonly workbench: SessionWorkbench;
  /** Checks and offers a program that must pass the check. */
  offer(source: string, signal?: AbortSignal): Promise<SessionStory>;
  close(): Promise<void>;
}

export async function openStand(
  operator: Operator,
  options: Partial<SessionOptions> & Partial<Pick<SessionWorkbenchOptions, 'onStep'>> & { readonly task?: string } = {},
): Promise<SessionStand> {
  const taskFile = readTask(options.task ?? 'cube-lift');
  const folder = mkdtempSync(join(tmpdir(), 'capstan-session-'));
  const previews = options.previews ?? false;
  const session = await Session.open({
    taskFile,
    rigFile: readRig(undefined, taskFile.task),
    seed: 3,
    tier: 'S1',
    pace: 'fast',
    recordFolder: folder,
    policy: 'test',
    events: {},
    ...options,
    previews,
  });
  const { onStep, tier = 'S1' } = options;
  const workbench = new SessionWorkbench({ session, tier, operator, previews, speedScale: 1, origin: 'model', onStep });
  return {
    session,
    workbench,
    offer: async (source, signal = NEVER) => {
      const program = await workbench.check(source, signal);
      if (!program.check.ok) throw new Error(JSON.stringify(program.check.diagnostics));
      return await workbench.offer(program, signal);
    },
    close: async () => {
      await session.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function printed(story: SessionStory): string[] {
  return story.kind === 'ran' ? story.output.map(({ text }) => text) : [];
}
