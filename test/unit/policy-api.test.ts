import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ApiReply, createApiDispatcher } from '../../skills/api/binding.ts';
import { declarationsText } from '../../skills/api/declarations.ts';
import { documentationText } from '../../skills/api/documentation.ts';
import { STAGES } from '../../skills/api/errors.ts';
import { apiFor, guestFunctions } from '../../skills/api/policy-api.ts';
import { EMPTY_SCOPE } from '../../skills/check/check-result.ts';
import { createChecker } from '../../skills/check/checker.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { createTableTop } from './table-top.ts';

const oneArm = apiFor({ tier: 'S1', arms: 1 });
const twoArms = apiFor({ tier: 'S1', arms: 2 });
const DOWN = [0, 1, 0, 0];

function dispatcher(onInternalError: (error: unknown) => void = () => {}) {
  const world = createTableTop();
  const { dispatch } = createApiDispatcher(oneArm, world.implementation, onInternalError);
  const call = (name: string, ...args: unknown[]) => dispatch(name, JSON.stringify(args));
  return { call, dispatch, log: world.log };
}

function messageOf(reply: ApiReply): string {
  if (reply.ok) throw new Error('the call was accepted');
  return reply.error.message;
}

describe('the definition', () => {
  test('holds the agreed functions of tiers S1 and S2, in the agreed order', () => {
    const names = [
      'getObjectPose',
      'sampleGraspPose',
      'gotoPose',
      'openGripper',
      'closeGripper',
      'homePose',
      'say',
      'sleep',
    ];
    expect(oneArm.functions.map((f) => f.name)).toEqual(names);
    expect(apiFor({ tier: 'S2', arms: 1 }).functions.map((f) => f.name)).toEqual(names);
  });

  test('gives gotoPoses to robots with two arms only', () => {
    expect(twoArms.functions.map((f) => f.name)).toContain('gotoPoses');
    expect(oneArm.functions.map((f) => f.name)).not.toContain('gotoPoses');
  });

  test('holds the agreed functions of tiers S3 and S4, and of the others only grip, home, words and waiting', () => {
    const names = [
      'openGripper',
      'closeGripper',
      'homePose',
      'say',
      'sleep',
      'getObservation',
      'segmentText',
      'segmentPoint',
      'pointAt',
      'maskPoints',
      'supportHeight',
      'orientedBoundingBox',
      'planGrasp',
      'solveIk',
      'moveToJoints',
      'planMotion',
      'executePlan',
      'getRobotState',
      'servoTo',
      'moveBy',
    ];
    expect(apiFor({ tier: 'S3', arms: 1 }).functions.map((f) => f.name)).toEqual(names);
    expect(apiFor({ tier: 'S4', arms: 1 }).functions.map((f) => f.name)).toEqual(names);
  });

  test('gives a tool without fingers nothing to grip with', () => {
    for (const tier of ['S1', 'S2', 'S3', 'S4'] as const) {
      const names = apiFor({ tier, arms: 1, tool: 'pad' }).functions.map((f) => f.name);
      for (const name of ['openGripper', 'closeGripper', 'sampleGraspPose', 'planGrasp']) {
        expect(names).not.toContain(name);
      }
    }
  });

  test('names a known stage and a hint for every error', () => {
    for (const error of oneArm.functions.flatMap((f) => f.errors)) {
      expect(STAGES).toContain(error.stage);
      expect(error.hint).not.toBe('');
    }
  });

  test('versions differ by tier and arms', () => {
    const versions = [oneArm, twoArms, apiFor({ tier: 'S2', arms: 1 })].map((api) => api.version);
    expect(new Set(versions).size).toBe(3);
  });

  test('tells the sandbox the parameter names', () => {
    expect(guestFunctions(oneArm)).toContainEqual({
      name: 'gotoPose',
      parameters: ['position', 'quatWxyz', 'options'],
    });
  });
});

describe('the declarations', () => {
  test('are the signatures of the agreement', () => {
    const text = declarationsText(twoArms);
    const agreed = [
      'getObjectPose(name: string, options?: ArmOption): Promise<{ position: Vec3; quatWxyz: Quat; extent: Vec3 }>',
      'sampleGraspPose(name: string, options?: ArmOption): Promise<{ position: Vec3; quatWxyz: Quat; widthM: number; score: number }>',
      'gotoPose(position: Vec3, quatWxyz: Quat, options?: ArmOption & { zApproach?: number; speedScale?: number }): Promise<MotionResult>',
      'gotoPoses(left: Pose, right: Pose, options?: { speedScale?: number }): Promise<MotionResult>',
      'openGripper(options?: ArmOption & { widthM?: number }): Promise<GripperResult>',
      'closeGripper(options?: ArmOption & { forceN?: number }): Promise<GripperResult>',
      'homePose(options?: ArmOption): Promise<MotionResult>',
      'say(text: string): Promise<void>',
      'sleep(seconds: number): Promise<void>',
    ];
    for (const signature of agreed) expect(text).toContain(`declare function ${signature};`);
    expect(text).toContain("type ArmOption = { arm?: 'left' | 'right' };");
  });

  test("offer a one-armed robot's programs the left arm only", () => {
    expect(declarationsText(oneArm)).toContain("type ArmOption = { arm?: 'left' };");
    expect(declarationsText(oneArm)).not.toContain('right');
  });
});

describe('the documentation', () => {
  test.each(['S1', 'S2', 'S3', 'S4'] as const)('of %s reads as kept in the fixture', async (tier) => {
    const text = documentationText(apiFor({ tier, arms: 1 }), GUEST_MODULES);
    await expect(text).toMatchFileSnapshot(`../fixtures/policy-api.${tier.toLowerCase()}.md`);
  });

  test('of S4 is that of S3 without its examples', () => {
    const [low, bare] = (['S3', 'S4'] as const).map((tier) => documentationText(apiFor({ tier, arms: 1 }), []));
    expect(bare.match(/```ts/g)).toHaveLength(1);
    expect(low.replace(/\n```ts\n(?!type )[^`]*```/g, '')).toBe(bare);
  });

  test('shows every function with its signature, and every error once', () => {
    const text = documentationText(twoArms, []);
    for (const f of twoArms.functions) expect(text).toContain(`### ${f.name}(`);
    expect(text.match(/^ {2}UNREACHABLE /gm)).toHaveLength(1);
  });

  test.each(['S1', 'S3'] as const)('of %s holds only examples that pass the check', async (tier) => {
    const api = apiFor({ tier, arms: 1 });
    const checker = createChecker(api, GUEST_MODULES);
    for (const f of api.functions) {
      if (!f.example) continue;
      const result = await checker.check({ source: f.example, blockName: 'block-1', session: EMPTY_SCOPE });
      expect(result.diagnostics, f.name).toEqual([]);
    }
  });
});

describe('a call', () => {
  test('reaches the implementation with its arguments by name and comes back as JSON', async () => {
    const { call, log } = dispatcher();
    const reply = await call('gotoPose', [0.5, 0.1, 0.2], DOWN, { zApproach: 0.1 });
    expect(reply.ok && JSON.parse(reply.resultJson).reached).toBe(true);
    expect(log).toEqual(['gotoPose 0.5,0.1,0.2 0,1,0,0']);
  });

  test('that gives back nothing has an empty result', async () => {
    expect(await dispatcher().call('say', 'hello')).toEqual({ ok: true, resultJson: '' });
  });

  test('keeps the code, stage, hint and motion of a failure', async () => {
    const reply = await dispatcher().call('gotoPose', [5, 0, 0], DOWN);
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'UNREACHABLE', stage: 'planning', motion: { reached: false, reason: 'not-reached' } },
    });
  });

  test('accepts a quaternion that is a little off unit length, and hands it on at unit length', async () => {
    const { call, log } = dispatcher();
    await call('gotoPose', [0.5, 0, 0.3], [0, 1.0005, 0, 0]);
    expect(log).toEqual(['gotoPose 0.5,0,0.3 0,1,0,0']);
  });

  test.each([
    [
      [
        [0.5, 0, 0.3],
        [0, 2, 0, 0],
      ],
      /quatWxyz must be a unit quaternion .* its length is 2/,
    ],
    [
      [
        [0.5, 0, 0.3],
        [0, 0, 0, 0],
      ],
      /its length is 0/,
    ],
    [[[0.5, 0], DOWN], /position must have 3 entries, but it has 2/],
    [[[0.5, 0, 0.3, 1], DOWN], /position must have 3 entries, but it has 4/],
    [[[0.5, null, 0.3], DOWN], /position\[1\] must be a finite number, but it is null/],
    [[[0.5, '0', 0.3], DOWN], /position\[1\] must be a finite number, but it is "0"/],
    [
      [
        [0.5, 0, 0.3],
        [0, 1, 0],
      ],
      /quatWxyz must have 4 entries, but it has 3/,
    ],
    [[[0.5, 0, 0.3]], /quatWxyz is missing/],
    [[[0.5, 0, 0.3], DOWN, { zApproach: -0.1 }], /options\.zApproach must be at least 0, but it is -0\.1/],
    [[[0.5, 0, 0.3], DOWN, { speedScale: 0 }], /options\.speedScale must be greater than 0, but it is 0/],
    [[[0.5, 0, 0.3], DOWN, { speedScale: 1.5 }], /options\.speedScale must be at most 1, but it is 1\.5/],
    [[[0.5, 0, 0.3], DOWN, { speed: 1 }], /options has no option "speed"/],
    [[[0.5, 0, 0.3], DOWN, { arm: 'right' }], /options\.arm must be "left", but it is "right"/],
    [[[0.5, 0, 0.3], DOWN, {}, 4], /takes 3 arguments, but got 4/],
    [[{ position: [0.5, 0, 0.3], quatWxyz: DOWN }], /position must be an array/],
  ])('of gotoPose with %j is refused in words', async (args, words) => {
    const { call, log } = dispatcher();
    const message = messageOf(await call('gotoPose', ...(args as unknown[])));
    expect(message).toMatch(words as RegExp);
    expect(message).toMatch(/^gotoPose: .* Nothing moved\.$/);
    expect(log).toEqual([]);
  });

  test.each([
    ['getObjectPose', [''], /name must not be empty/],
    ['getObjectPose', [7], /name must be a string, but it is 7/],
    ['openGripper', [{ widthM: 0.2 }], /options\.widthM must be at most 0\.08/],
    ['closeGripper', [{ forceN: 0 }], /options\.forceN must be greater than 0/],
    ['sleep', [-1], /seconds must be at least 0/],
    ['say', [], /text is missing: it must be a string/],
    ['fly', [], /no function fly/],
    ['constructor', [], /no function constructor/],
    ['__proto__', [], /no function __proto__/],
  ])('%s(%j) is refused in words', async (name, args, words) => {
    expect(messageOf(await dispatcher().call(name, ...args))).toMatch(words);
  });

  test('with arguments that are no JSON list is refused', async () => {
    const { dispatch } = dispatcher();
    for (const text of ['', '{', '{}', '"x"', 'null', 'NaN', '[NaN]']) {
      expect(await dispatch('say', text)).toMatchObject({ ok: false, error: { code: 'INVALID_ARGUMENT' } });
    }
  });

  test('takes null for an option that was left out', async () => {
    expect(await dispatcher().call('getObjectPose', 'red cube', null)).toMatchObject({ ok: true });
  });

  test('that fails inside the host says so without the text of the host error', async () => {
    const seen: unknown[] = [];
    const world = createTableTop();
    const broken = { ...world.implementation, say: async () => Promise.reject(new Error('/home/someone/secret.ts')) };
    const { dispatch } = createApiDispatcher(oneArm, broken, (error) => seen.push(error));
    const reply = await dispatch('say', '["x"]');
    expect(reply).toMatchObject({ ok: false, error: { code: 'INTERNAL', stage: 'crash' } });
    expect(JSON.stringify(reply)).not.toContain('secret');
    expect(String(seen[0])).toContain('secret');
  });

  test('whose implementation gives back a wrong value is a failure of the host, not a value', async () => {
    const world = createTableTop();
    const wrong = { ...world.implementation, openGripper: async () => ({ widthM: Number.NaN, holding: false }) };
    const seen: unknown[] = [];
    const { dispatch } = createApiDispatcher(oneArm, wrong, (error) => seen.push(error));
    expect(await dispatch('openGripper', '[]')).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
    expect(String(seen[0])).toContain('openGripper');
  });

  test('that is aborted before it starts never reaches the implementation', async () => {
    const { dispatch, log } = dispatcher();
    const reply = await dispatch('homePose', '[]', AbortSignal.abort());
    expect(reply).toMatchObject({ ok: false, error: { code: 'STOPPED', stage: 'stopped' } });
    expect(log).toEqual([]);
  });

  test('of any JSON never throws and never passes a number that is not finite', async () => {
    const { dispatch, log } = dispatcher();
    const names = oneArm.functions.map((f) => f.name);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.array(fc.jsonValue(), { maxLength: 4 }), async (name, args) => {
        const reply = await dispatch(name, JSON.stringify(args));
        expect(typeof reply.ok).toBe('boolean');
      }),
      { seed: Number(process.env.CAPSTAN_TEST_SEED), numRuns: 300 },
    );
    expect(log.join()).not.toMatch(/NaN|Infinity/);
  });

  test('lacking an implementation is noticed when the API is bound', () => {
    const { say: _, ...rest } = createTableTop().implementation;
    expect(() => createApiDispatcher(oneArm, rest, () => {})).toThrow(/lacks say/);
  });
});
