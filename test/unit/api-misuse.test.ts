// Every function of every tier is misused as language models misuse functions, and every error tells them how to go on:
// what happened, which value was wrong, whether anything moved, and what to write instead.

import { createServer } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApiDispatcher } from '../../skills/api/binding.ts';
import type { ApiFunction, PolicyApi, Tier } from '../../skills/api/definition.ts';
import { STAGES } from '../../skills/api/errors.ts';
import { apiFor } from '../../skills/api/policy-api.ts';
import { isOptional } from '../../skills/api/type-text.ts';
import { ServerDetector } from '../../skills/perception/server-detector.ts';
import {
  DRAWING_ROWS,
  S1_ROWS,
  S2_ROWS,
  S3_BEFORE,
  S3_ROWS,
  S3_TWO_ARM_ROWS,
  SERVER_DOWN_ROWS,
  TWO_ARM_ROWS,
} from './api-misuse-rows.ts';
import { foreignNames, type Misuse, type MisuseStand, type Seen, tryMisuses } from './api-misuse-stand.ts';

const TIERS: readonly Tier[] = ['S1', 'S2', 'S3', 'S4'];
const DOMAINS = ['arm', 'tabletop', 'drawing', 'cart-pole'] as const;
/** Every API there is. */
const APIS: readonly PolicyApi[] = TIERS.flatMap((tier) =>
  ([1, 2] as const).flatMap((arms) => DOMAINS.map((domain) => apiFor({ tier, arms, domain }))),
);

/** A port on the loopback at which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

interface Group {
  readonly name: string;
  readonly rows: readonly Misuse[];
  readonly stand: () => Promise<MisuseStand>;
}

const GROUPS: readonly Group[] = [
  { name: 'tier S1', rows: S1_ROWS, stand: async () => ({ task: 'cube-stack', tier: 'S1' }) },
  { name: 'tier S1, two arms', rows: TWO_ARM_ROWS, stand: async () => ({ task: 'two-arm-lift', tier: 'S1' }) },
  { name: 'tier S2', rows: S2_ROWS, stand: async () => ({ task: 'cube-stack', tier: 'S2' }) },
  { name: 'tier S3', rows: S3_ROWS, stand: async () => ({ task: 'cube-stack', tier: 'S3', before: S3_BEFORE }) },
  { name: 'tier S3, two arms', rows: S3_TWO_ARM_ROWS, stand: async () => ({ task: 'two-arm-lift', tier: 'S3' }) },
  {
    name: 'tier S3, with a model server that is down',
    rows: SERVER_DOWN_ROWS,
    stand: async () => ({
      task: 'cube-lift',
      tier: 'S3',
      detector: new ServerDetector({ sam3: `http://127.0.0.1:${await closedPort()}`, retries: 0 }),
    }),
  },
  { name: 'the drawing domain', rows: DRAWING_ROWS, stand: async () => ({ task: 'drawing-hexagon', tier: 'S1' }) },
];
const ALL_ROWS = GROUPS.flatMap(({ rows }) => rows);

for (const { name, rows, stand } of GROUPS) {
  describe(`misuse at ${name}`, () => {
    let seen: ReadonlyMap<Misuse, Seen>;
    let api: PolicyApi;
    beforeAll(async () => {
      ({ seen, api } = await tryMisuses(rows, await stand()));
    }, 120_000);

    for (const row of rows) {
      it(`${row.of}: a program that ${row.that} is told ${row.code} and what to write instead`, () => {
        const error = seen.get(row) as Seen;
        expect(error, JSON.stringify(error, null, 1)).toMatchObject({
          code: row.code,
          message: expect.stringMatching(row.says),
          hint: expect.stringMatching(row.hint),
        });
        expectReadable(error, row, api);
      });
    }
  });
}

/** What holds of every error. */
function expectReadable({ code, stage, message, hint, tookS }: Seen, { of }: Misuse, api: PolicyApi): void {
  const definition = api.functions.find((one) => one.name === of);
  const documented = definition?.errors.find((one) => one.code === code);
  expect(stage).toBe(code === 'INVALID_ARGUMENT' ? 'code' : documented?.stage);
  for (const text of [message, hint]) expect(text).toMatch(/^["A-Z0-9a-z].*[.!?]$/s);
  // Whether the arm is still, and if it says that nothing moved, no robot time passed.
  expect(message).toMatch(/nothing (has )?moved|nothing was sent|the call began no motion|still|at rest/i);
  if (/nothing (has )?moved|nothing was sent/i.test(message)) expect(tookS).toBe(0);
  // Never sends a program to a function that it does not have.
  const foreign = foreignNames(api, APIS).filter((one) => new RegExp(`\\b${one}\\b`).test(`${message} ${hint}`));
  expect(foreign).toEqual([]);
}

describe('every function there is', () => {
  const everyFunction = new Map(
    APIS.flatMap((api) =>
      api.functions.map((one) => [
        one.domain === undefined ? one.name : `${one.name} of the ${one.domain} domain`,
        { api, definition: one },
      ]),
    ),
  );

  for (const [title, { api, definition }] of everyFunction) {
    const { name } = definition;
    it(`${title} refuses missing, needless and wrong arguments, and names them`, async () => {
      const call = caller(api);
      const needless = await call(definition, [...definition.parameters.map(() => null), 'one too many']);
      expect(needless).toMatch(new RegExp(`^${name}: takes ${definition.parameters.length} arguments?, but got`));
      const needed = definition.parameters.filter(({ schema }) => !isOptional(schema));
      const missing = await call(definition, []);
      for (const { name: parameter } of needed) expect(missing).toContain(`${parameter} `);
      const nonsense = await call(
        definition,
        definition.parameters.map(() => [[{ nonsense: true }]]),
      );
      for (const { name: parameter } of definition.parameters) expect(nonsense).toContain(parameter);
    });
  }

  it('has a row of its own above, but for those of domains that are tested as a domain', () => {
    const tested = new Set(ALL_ROWS.map(({ of }) => of));
    const missing = [...everyFunction.values()]
      .filter(({ definition }) => !tested.has(definition.name))
      .filter(({ definition }) => definition.domain !== 'tabletop' && definition.domain !== 'cart-pole')
      .map(({ definition }) => definition.name);
    expect(missing).toEqual([]);
  });

  it('has the same errors at tier S4 as at S3, so that what holds there holds here', () => {
    const errorsOf = (tier: Tier) =>
      apiFor({ tier, arms: 2 }).functions.map((one) => ({
        name: one.name,
        errors: one.errors,
        to: one.parameters.length,
      }));
    expect(errorsOf('S4')).toEqual(errorsOf('S3'));
  });
});

/** Codes that no misuse of a healthy cell produces, and why. */
const NOT_BY_MISUSE: Readonly<Record<string, string>> = {
  NOT_REACHED: 'needs a thing that nobody saw in the way: see the tests of the robot and of the gate',
  OBJECT_LOST: 'needs a grip that slips: see the tests of the grip',
};

describe('every error code', () => {
  it('of the definition is produced by a row, or says why not', () => {
    const codes = new Set(
      APIS.flatMap(({ functions }) => functions)
        .filter(({ domain }) => domain === undefined || domain === 'drawing')
        .flatMap(({ errors }) => errors.map(({ code }) => code)),
    );
    const produced = new Set(ALL_ROWS.map(({ code }) => code));
    expect([...codes].filter((code) => !produced.has(code) && NOT_BY_MISUSE[code] === undefined)).toEqual([]);
    expect(Object.keys(NOT_BY_MISUSE).filter((code) => produced.has(code) || !codes.has(code))).toEqual([]);
  });

  it('has a known stage, a sentence of when, and a hint that names only functions of the tier', () => {
    for (const api of APIS) {
      const foreign = foreignNames(api, APIS);
      for (const { name, errors } of api.functions) {
        for (const { code, stage, when, hint } of errors) {
          expect(STAGES, `${name} ${code}`).toContain(stage);
          expect(when).not.toBe('');
          expect(hint).toMatch(/^[A-Z`].*\.$/);
          const named = foreign.filter((one) => new RegExp(`\\b${one}\\b`).test(`${when} ${hint}`));
          expect(named, `${api.version} ${name} ${code}`).toEqual([]);
        }
      }
    }
  });
});

/** Calls a function with arguments as they come out of JSON; nothing stands behind it but the definition. */
function caller(api: PolicyApi): (definition: ApiFunction, args: readonly unknown[]) => Promise<string> {
  const nothing = Object.fromEntries(api.functions.map(({ name }) => [name, async () => undefined]));
  const { dispatch } = createApiDispatcher(api, nothing, () => {});
  return async ({ name }, args) => {
    const reply = await dispatch(name, JSON.stringify(args));
    if (reply.ok) return '';
    return reply.error.code === 'INVALID_ARGUMENT' ? reply.error.message : '';
  };
}
