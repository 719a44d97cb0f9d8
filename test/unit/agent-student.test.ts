// Proves that the student is worth teaching: its right programs pass the check, its faults show, and it mends a fault
// only when the words it is given tell of that fault.

import { describe, expect, test } from 'vitest';
import { readTask } from '../../electron/session/installation.ts';
import type { ModelRequest } from '../../skills/agent/model.ts';
import type { Tier } from '../../skills/api/definition.ts';
import { documentationText } from '../../skills/api/documentation.ts';
import { apiChoice, apiFor } from '../../skills/api/policy-api.ts';
import { EMPTY_SCOPE } from '../../skills/check/check-result.ts';
import { createChecker } from '../../skills/check/checker.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { canStandTogether, faultsFor, programWith } from '../fixtures/student/faults.ts';
import {
  freshStart,
  type Hands,
  measuringProgram,
  rightProgram,
  STUDENT_TASKS,
  type StudentTask,
} from '../fixtures/student/programs.ts';
import { Student } from '../fixtures/student/student.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const TIER: Readonly<Record<Hands, Tier>> = { high: 'S2', low: 'S3' };
const HANDS = ['high', 'low'] as const;

function apiOf(task: StudentTask, hands: Hands) {
  return apiFor(apiChoice(readTask(task).task, TIER[hands]));
}

/** A conversation of texts, beginning with the user. */
function asked(system: string, ...texts: string[]): ModelRequest {
  return {
    purpose: 'program',
    system,
    messages: texts.map((text, i) => ({
      role: i % 2 === 0 ? ('user' as const) : ('assistant' as const),
      parts: [{ kind: 'text' as const, text }],
    })),
    maxOutputTokens: 1000,
  };
}

describe('the student', () => {
  test('knows right programs, and programs that measure, which pass the check', async () => {
    for (const hands of HANDS) {
      for (const task of STUDENT_TASKS) {
        const checker = createChecker(apiOf(task, hands), GUEST_MODULES);
        const sources = [freshStart(task) + rightProgram(task, hands), measuringProgram(task, hands)];
        for (const fault of faultsFor(task, hands)) {
          if (fault.name !== 'wrong type') sources.push(programWith(task, hands, [fault]));
        }
        for (const source of sources) {
          const { diagnostics } = await checker.check({ source, blockName: 'block-1', session: EMPTY_SCOPE });
          expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
        }
      }
    }
  });

  test('can plant every fault that it can draw, and every pair that can stand together', () => {
    for (const hands of HANDS) {
      for (const task of STUDENT_TASKS) {
        const faults = faultsFor(task, hands);
        for (const a of faults) {
          const alone = programWith(task, hands, [a]);
          expect(alone).not.toBe(rightProgram(task, hands));
          for (const b of faults) {
            if (a === b || !canStandTogether(a.name, b.name)) continue;
            expect(programWith(task, hands, [a, b])).not.toBe(alone);
          }
        }
      }
    }
  });

  test('writes nothing when it is not told the functions', () => {
    const student = new Student({ task: 'cube-lift', seed });
    expect(student.answer(asked('You write programs.', 'Lift the red cube.'))).not.toContain('```');
  });

  test('mends a wrong type when the check names its line, and not before', () => {
    for (const hands of HANDS) {
      for (const task of STUDENT_TASKS) {
        const student = new Student({ task, seed, faults: ['wrong type'] });
        const system = documentationText(apiOf(task, hands), []);
        const first = student.answer(asked(system, 'Do it.'));
        const program = /```ts\n([\s\S]*?)\n```/.exec(first)?.[1] ?? '';
        const line = program.split('\n').findIndex((one, i) => one !== rightProgram(task, hands).split('\n')[i]) + 1;
        const vague = student.answer(asked(system, 'Do it.', first, 'The check failed: something is wrong.'));
        expect(vague).toContain(program);
        const elsewhere = `The check failed.\n- line ${line + 1}, column 3: Type 'string' is not assignable.`;
        expect(student.answer(asked(system, 'Do it.', first, elsewhere))).toContain(program);
        const clear = `The check failed.\n- line ${line}, column 3: Type 'string' is not assignable to type 'number'.`;
        expect(student.answer(asked(system, 'Do it.', first, clear))).toContain(rightProgram(task, hands));
      }
    }
  });

  test('sees an empty grip only where it is shown', () => {
    const student = new Student({ task: 'cube-stack', seed, faults: ['closes on nothing'] });
    const system = documentationText(apiOf('cube-stack', 'high'), []);
    const first = student.answer(asked(system, 'Stack.'));
    const quiet = student.answer(asked(system, 'Stack.', first, 'The program ran to its end.'));
    expect(quiet).toContain('What is where now?');
    const shown = 'The program ran to its end.\n- line 11: closeGripper() -> {"widthM":0,"holding":false}';
    expect(student.answer(asked(system, 'Stack.', first, shown))).toContain(rightProgram('cube-stack', 'high'));
  });

  test('claims success falsely until somebody who looked says no', () => {
    const student = new Student({ task: 'cube-stack', seed, faults: ['drops', 'claims success falsely'] });
    const system = documentationText(apiOf('cube-stack', 'low'), []);
    const first = student.answer(asked(system, 'Stack.'));
    const claim = student.answer(asked(system, 'Stack.', first, 'The program ran to its end.'));
    expect(claim).toMatch(/^FINISH/);
    const no = 'The red cube lies on the table.\nEvidence of success: no';
    const second = student.answer(asked(system, 'Stack.', first, 'It ran.', claim, no));
    expect(second).not.toContain('SUCCESS');
    const third = student.answer(asked(system, 'Stack.', first, 'It ran.', claim, no, second, no));
    expect(third).toContain(rightProgram('cube-stack', 'low'));
    expect(student.answer(asked(system, 'Stack.', third, 'Evidence of success: yes'))).toMatch(/^FINISH/);
  });

  test('reads what its measuring program printed', () => {
    const student = new Student({ task: 'cube-stack', seed, faults: ['drops'] });
    const system = documentationText(apiOf('cube-stack', 'high'), []);
    const first = student.answer(asked(system, 'Stack.'));
    const measure = student.answer(asked(system, 'Stack.', first, 'It ran to its end.'));
    const printed = (z: number) =>
      ['It ran.', `line 12 log: {"measured":"red cube","top":[0.5,0,${z}]}`]
        .concat('line 12 log: {"measured":"green cube","top":[0.5,0.01,-0.062]}')
        .join('\n');
    const no = student.answer(asked(system, 'Stack.', first, 'It ran.', measure, printed(-0.072)));
    expect(no).toContain(rightProgram('cube-stack', 'high'));
    expect(student.answer(asked(system, 'Stack.', first, 'It ran.', measure, printed(-0.022)))).toMatch(/^FINISH/);
  });
});
