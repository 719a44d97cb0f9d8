// `capstan bench --policy model`: one budget over all trials, a failing provider is a failing trial, and what is missing can
// be run later.

import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { readExpert } from '../../electron/session/installation.ts';
import { startOpenAiWire } from '../fixtures/wire/openai-wire.ts';
import type { WireServer, WireTurn } from '../fixtures/wire/wire-server.ts';
import { CommandHome } from './capstan-command.ts';

let home: CommandHome;
let server: WireServer | undefined;
beforeAll(() => {
  home = new CommandHome();
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(() => home.remove());

const LIFT: WireTurn = { text: [`Lift it.\n\n\`\`\`ts\n${readExpert('cube-lift', 'S1').source}\`\`\`\n`] };
const NO_KEY: WireTurn = {
  kind: 'status',
  status: 401,
  body: { error: { message: 'no', type: 'x', code: null, param: null } },
};
const BENCH = [
  'bench',
  '--tasks',
  'cube-lift',
  '--policy',
  'model',
  '--tier',
  'M1',
  '--turns',
  '1',
  '--workers',
  '1',
  '--seed0',
  '3',
];
const env = { CAPSTAN_MODEL_KEY: '' };

async function bench(turns: readonly WireTurn[], ...words: string[]) {
  server = await startOpenAiWire({ key: null });
  server.order(...turns);
  return await home.run([...BENCH, '--model', `${server.url}/v1#student`, ...words], { env });
}

it('counts turns, requests, tokens and cost, and takes a failing provider for a failed trial', async () => {
  const { status, stdout, stderr } = await bench(
    [LIFT, NO_KEY],
    '--trials',
    '2',
    '--record',
    `${home.folder}/kept`,
    '--json',
  );
  const [row] = JSON.parse(stdout);
  expect(row).toMatchObject({ tier: 'M1', trials: 2, successes: 1, failures: { model: 1 }, costUsd: 0 });
  expect(row.modelUse).toMatchObject({ turns: 2, requests: 2 });
  expect(stderr).toContain('per trial 1.0 turns, 1.0 requests');
  expect(status).toBe(0);
});

it('begins no trial after the one that has met the budget, and runs the rest when it is resumed', async () => {
  const out = `${home.folder}/results`;
  const words = ['bench', '--tasks', 'cube-lift', '--policy', 'model', '--model', 'expert', '--workers', '1'];
  words.push('--trials', '3', '--seed0', '3', '--out', out, '--json');
  const first = await home.run([...words, '--budget-calls', '1']);
  expect(first.status).toBe(1);
  expect(JSON.parse(first.stdout)[0]).toMatchObject({ trials: 2, successes: 1, failures: { budget: 1 } });
  expect(first.stderr).toContain('the budget is spent');
  const second = await home.run([...words, '--budget-calls', '5', '--resume']);
  expect(JSON.parse(second.stdout)[0]).toMatchObject({ trials: 3, successes: 2, modelUse: { requests: 2 } });
  expect(second.status).toBe(0);

  const report = await home.run(['report', out, '--out', `${home.folder}/report.html`]);
  expect(report.status).toBe(0);
  expect(readFileSync(`${home.folder}/report.html`, 'utf8')).toContain('<th class="number">requests</th>');
});

it('says before the first trial what cannot be', async () => {
  const none = await home.run([...BENCH, '--model', 'openai:gpt-5.4'], { env: { OPENAI_API_KEY: '' } });
  expect(none.stderr).toContain('OPENAI_API_KEY');
  const tier = await home.run(['bench', '--tasks', 'cube-lift', '--tier', 'M2', '--trials', '1']);
  expect(tier.stderr).toContain('--tiers takes one of S1, S2, S3, S4');
});
