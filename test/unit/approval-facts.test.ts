// What the approval card says: facts first, the loudest first, nothing of the author's.

import { describe, expect, test } from 'vitest';
import {
  closedLoopRows,
  codeRows,
  failureRows,
  grantRows,
  motionRows,
  previewStanding,
  riskRows,
} from '../../renderer/panels/approval/card-facts.ts';
import { factChanges, touchedObjects, wayM } from '../../renderer/panels/approval/fact-diff.ts';
import { CHECK, effectsOf, PREVIEW, PROPOSAL } from './story-samples.ts';

describe('calls by risk', () => {
  test('what moves stands before what looks', () => {
    expect(riskRows(CHECK.effects).map(({ label, count }) => [label, count])).toEqual([
      ['Moves', 2],
      ['Grips', 1],
      ['Looks', 1],
    ]);
  });

  test('a class that is not known stands first', () => {
    const effects = effectsOf([
      ['gotoPose', 'move', [1]],
      ['weld', 'burn', [2]],
    ]);
    expect(riskRows(effects).map(({ label }) => label)).toEqual(['burn', 'Moves']);
  });
});

describe('how the preview stands', () => {
  test('stale comes before what it found', () => {
    expect(previewStanding({ ...PROPOSAL, stale: 'the robot has moved since' })).toEqual({
      kind: 'stale',
      message: 'the robot has moved since',
    });
  });

  test('a skipped preview is none, with its reason', () => {
    const preview = { ...PREVIEW, outcome: 'skipped', failure: { code: 'X', message: 'no twin' } } as const;
    expect(previewStanding({ preview, stale: null })).toEqual({ kind: 'none', message: 'no twin' });
  });

  test('a failed one says where and why', () => {
    const failure = { code: 'UNEXPECTED_CONTACT', stage: 'motion', message: 'hand touched table', line: 2 } as const;
    const preview = { ...PREVIEW, outcome: 'failed', failure } as const;
    expect(previewStanding({ preview, stale: null }).kind).toBe('failed');
    const rows = failureRows({ preview, source: PROPOSAL.source });
    expect(rows[0]).toMatchObject({
      text: 'motion at line 2: await gotoPose(cube.position, [0, 1, 0, 0]);',
      lines: [2],
    });
    expect(rows[1]).toMatchObject({ text: 'hand touched table', weight: 'alarm' });
  });
});

describe('rows', () => {
  test('unexpected contacts are loud, expected ones are told', () => {
    const contacts = [...(PREVIEW.contacts ?? []), { a: 'link5', b: 'table', timeS: 1, kind: 'unexpected' as const }];
    const rows = motionRows({ ...PREVIEW, contacts });
    expect(rows.find(({ fact }) => fact === 'Unexpected contact')).toMatchObject({
      text: 'link5 with table at 1.00 s',
      weight: 'alarm',
    });
    expect(rows.find(({ fact }) => fact === 'Contacts')?.text).toBe('1 unexpected; left_finger with red cube');
  });

  test('things that only settle are not said to move', () => {
    const still = { name: 'bowl', from: [0, 0, 0], to: [0, 0, 0.001], fellMPerS: 0 } as const;
    const moved = { name: 'red cube', from: [0, 0, 0], to: [0, 0, 0.2], fellMPerS: 0, heldBy: 'left' } as const;
    const text = motionRows({ ...PREVIEW, things: [still, moved] }).find(({ fact }) => fact === 'Things')?.text;
    expect(text).toBe('red cube by 20.0 cm, held by the left arm');
  });

  test('a goal that would not hold is marked', () => {
    expect(motionRows({ ...PREVIEW, predictedSuccess: 'no' })[0]).toEqual({
      fact: 'Goal',
      text: 'would not hold afterwards',
      weight: 'attention',
    });
  });

  test('nothing is said of a preview that was not made', () => {
    expect(motionRows(null)).toEqual([]);
    expect(motionRows({ ...PREVIEW, outcome: 'skipped' })).toEqual([]);
  });

  test('loops without a bound and computed names are marked with their lines', () => {
    const effects = {
      ...CHECK.effects,
      computedNameLines: [3],
      loops: [{ line: 7, endLine: 9, kind: 'unbounded', waits: 'inside' }] as const,
    };
    expect(codeRows({ ...CHECK, effects }).map(({ fact, lines }) => [fact, lines])).toEqual([
      ['Names', [3]],
      ['Loops', [7]],
    ]);
  });

  test('feedback loops get bounds instead of a path', () => {
    const check = { ...CHECK, effects: effectsOf([['servoTo', 'move', [5]]]) };
    const closedLoop = {
      volume: { min: [0, 0, 0], max: [1, 1, 1] },
      toolSpeedMPerS: 0.25,
      forceN: 20,
      seconds: 30,
      stopCondition: 'contact',
    } as const;
    const rows = closedLoopRows(check, { ...PREVIEW, closedLoop });
    expect(rows.map(({ fact }) => fact)).toEqual(['Feedback', 'Bounds']);
    expect(rows[1].text).toContain('at most 0.25 m/s, 20 N, 30 s; over at the first contact');
    expect(closedLoopRows(CHECK, { ...PREVIEW, closedLoop })).toEqual([]);
  });

  test('every soft limit that would need a grant has a row of its own', () => {
    const softExcesses = [{ limit: 'toolSpeedMPerS', value: 0.31234, soft: 0.25, where: 'at 1.2 s' }] as const;
    expect(grantRows({ ...PREVIEW, softExcesses })).toEqual([
      {
        fact: 'toolSpeedMPerS',
        text: 'tool speed, m/s: 0.3123, over the soft limit 0.25: at 1.2 s',
        weight: 'attention',
      },
    ]);
  });
});

describe('what has changed', () => {
  test('the way is the length of the path of both arms', () => {
    expect(wayM(PREVIEW)).toBeCloseTo(0.6);
    expect(wayM({ path: PREVIEW.path, rightPath: PREVIEW.path })).toBeCloseTo(1.2);
    expect(wayM({})).toBeUndefined();
  });

  test('an equal prediction has no changes, and noise is none', () => {
    expect(factChanges(PREVIEW, { ...PREVIEW, durationS: 6.25 })).toEqual([]);
  });

  test('what differs is said with both values', () => {
    const now = {
      ...PREVIEW,
      durationS: 9,
      grips: [],
      contacts: [{ a: 'link5', b: 'table', timeS: 1, kind: 'unexpected' as const }],
    };
    expect(factChanges(PREVIEW, now)).toEqual([
      { fact: 'Duration', before: '6.2 s', now: '9.0 s', weight: 'plain' },
      { fact: 'Objects touched', before: 'red cube', now: 'none', weight: 'plain' },
      { fact: 'Unexpected contacts', before: 'none', now: 'link5 with table', weight: 'attention' },
      { fact: 'Grips', before: 'red cube', now: 'none', weight: 'plain' },
    ]);
  });

  test('without a prediction on both sides nothing is compared', () => {
    expect(factChanges(null, PREVIEW)).toBeUndefined();
    expect(factChanges(PREVIEW, { ...PREVIEW, outcome: 'skipped' })).toBeUndefined();
  });

  test('two things that touch each other are not touched by the arm', () => {
    const contacts = [
      { a: 'red cube', b: 'bowl', timeS: 1, kind: 'expected' as const },
      { a: 'left/left_finger', b: 'nut', timeS: 2, kind: 'expected' as const },
    ];
    expect(touchedObjects({ contacts, grips: [] })).toEqual(['nut']);
  });
});
