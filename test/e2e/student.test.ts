// Proves that the turn loop takes the student to success wherever its feedback tells enough, in real sessions with a gate
// and an operator, and that what the student claims never counts: only the world does.

import { describe, expect, test } from 'vitest';
import { readTask, type TaskFile } from '../../electron/session/installation.ts';
import { AutomaticOperator } from '../../electron/session/operator.ts';
import type { Verdict } from '../../sim/tasks/judge.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import { Conversation } from '../../skills/agent/conversation.ts';
import type { ModelRequest } from '../../skills/agent/model.ts';
import { type AgentTier, agentMode } from '../../skills/agent/modes.ts';
import { loadPrompts } from '../../skills/agent/prompts/load-prompts.ts';
import { systemPrompt } from '../../skills/agent/system-prompt.ts';
import { runTurns } from '../../skills/agent/turn-loop.ts';
import type { TurnsOutcome } from '../../skills/agent/turn-outcome.ts';
import { Observer } from '../../skills/agent/visual-difference.ts';
import { apiChoice, apiFor } from '../../skills/api/policy-api.ts';
import { loadLibrary } from '../../skills/library/load-library.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { PixelEyes } from '../fixtures/eyes/pixel-eyes.ts';
import type { StudentTask } from '../fixtures/student/programs.ts';
import { Student } from '../fixtures/student/student.ts';
import { taskText } from '../unit/sim-drive.ts';
import { openStand } from './session-stand.ts';

const MINUTES = 60_000;
const prompts = loadPrompts();
const MODES = ['M1', 'M2', 'M3', 'M4'] as const satisfies readonly AgentTier[];
type Mode = (typeof MODES)[number];

interface Lesson {
  readonly outcome: TurnsOutcome;
  readonly verdict: Verdict;
  /** Everything the student was told, and said. */
  readonly told: string;
}

interface LessonOptions {
  readonly task: StudentTask;
  readonly mode: Mode;
  /** Seed of the world. Fixed: what passes here once passes until the code changes. */
  readonly scene: number;
  readonly student: Student;
  readonly turns?: number;
  readonly taskFile?: TaskFile;
}

async function teach({ task: name, mode, scene, student, turns = 10, taskFile }: LessonOptions): Promise<Lesson> {
  const { tier, feedback } = agentMode(mode);
  const { task } = taskFile ?? readTask(name);
  const stand = await openStand(new AutomaticOperator('test'), {
    task: name,
    tier,
    seed: scene,
    ...(taskFile === undefined ? {} : { taskFile }),
  });
  let last: ModelRequest | undefined;
  try {
    const outcome = await runTurns(
      {
        model: {
          name: student.name,
          seesImages: feedback === 'image',
          ask: (request, onPiece, signal) => {
            last = request;
            return student.ask(request, onPiece, signal);
          },
        },
        workbench: stand.workbench,
        conversation: new Conversation({
          system: systemPrompt({
            prompts,
            api: apiFor(apiChoice(task, tier)),
            modules: GUEST_MODULES,
            skills: loadLibrary(),
            notes: undefined,
            feedback,
            turns,
          }),
          prompts,
          maxInputTokens: 100_000,
          maxOutputTokens: 8000,
        }),
        prompts,
        feedback,
        observer: new Observer({ model: new PixelEyes(), prompts, maxOutputTokens: 2000 }),
        instruction: task.instruction,
        scene: 'shown',
        limits: { turns, replies: 3 },
        onEvent: () => undefined,
      },
      new AbortController().signal,
    );
    return { outcome, verdict: await stand.session.judge(), told: conversationOf(last) };
  } finally {
    await stand.close();
  }
}

function conversationOf(request: ModelRequest | undefined): string {
  const messages = request?.messages ?? [];
  return messages
    .map(({ role, parts }) =>
      [`--- ${role}`, ...parts.map((part) => (part.kind === 'text' ? part.text : '[picture]'))].join('\n'),
    )
    .join('\n');
}

/** Which student learns what at which tier; its number draws its faults. Every fault is somebody's. */
const CLASS: readonly (readonly [task: StudentTask, scene: number, students: Readonly<Record<Mode, number>>])[] = [
  ['cube-lift', 3, { M1: 2, M2: 8, M3: 10, M4: 7 }],
  ['cube-stack', 3, { M1: 1, M2: 10, M3: 12, M4: 4 }],
  ['cube-restack', 4, { M1: 6, M2: 5, M3: 3, M4: 10 }],
  ['nut-assembly', 4, { M1: 5, M2: 9, M3: 2, M4: 4 }],
  ['spill-wipe', 3, { M1: 8, M2: 6, M3: 2, M4: 10 }],
];

/**
 * One mode for each task, the next one in every run, so that every mode is learned at: all twenty lessons take as long as
 * all other tests together. CAPSTAN_TEST_ALL=1 gives them all.
 */
const LESSONS = CLASS.flatMap(([task, scene, students], row) =>
  MODES.filter(
    (_, column) =>
      process.env.CAPSTAN_TEST_ALL === '1' || column === (row + Number(process.env.CAPSTAN_TEST_SEED)) % MODES.length,
  ).map((mode) => ({ task, scene, mode, seed: students[mode] })),
);

describe('the student', () => {
  test.each(LESSONS)(
    'learns $task at $mode',
    async ({ task, scene, mode, seed }) => {
      const student = new Student({ task, seed });
      const { outcome, verdict, told } = await teach({ task, mode, scene, student });
      expect(verdict.success, `${JSON.stringify(outcome)}\n${told}`).toBe(true);
      expect(outcome.kind, told).toBe('finished');
    },
    10 * MINUTES,
  );

  test(
    'claims in vain: where nobody watches the world says no, and where somebody watches it has to go on',
    async () => {
      const student = new Student({ task: 'cube-lift', seed: 0, faults: ['drops', 'claims success falsely'] });
      const alone = await teach({ task: 'cube-lift', mode: 'M1', scene: 3, student });
      expect(alone.outcome).toMatchObject({ kind: 'finished', turns: 2 });
      expect(alone.verdict.success).toBe(false);
      const watched = await teach({ task: 'cube-lift', mode: 'M3', scene: 3, student, turns: 3 });
      expect(watched.outcome).toMatchObject({ kind: 'turns', turns: 3 });
      expect(watched.verdict.success).toBe(false);
      expect(watched.told).toContain('You said FINISH, but the work goes on');
    },
    10 * MINUTES,
  );

  test(
    'is never told what the simulator calls its things, at a tier that looks',
    async () => {
      const text = taskText('cube-lift').replace(/\b(name|place|object): red cube/g, '$1: zorbling');
      const taskFile = { text, path: 'renamed.yaml', task: parseTask(text, 'renamed.yaml') };
      const student = new Student({ task: 'cube-lift', seed: 0, faults: ['closes on nothing'] });
      const { verdict, told } = await teach({ task: 'cube-lift', mode: 'M4', scene: 3, student, taskFile });
      expect(text).toContain('zorbling');
      expect(verdict.success).toBe(true);
      expect(told).not.toContain('zorbling');
    },
    10 * MINUTES,
  );
});
