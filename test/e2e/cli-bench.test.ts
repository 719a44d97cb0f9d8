// `capstan bench`, `compare` and `report` as people run them: killed, crashed, hung, interrupted, gone on with, compared,
// and the page opened in a browser that is allowed nothing.

import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BENCH_COMMAND } from '../../electron/cli/bench-command.ts';
import { readInput } from '../../electron/cli/command.ts';
import { CommandHome } from './capstan-command.ts';
import { openChromium } from './chromium-page.ts';

const LIFT = ['bench', '--tasks', 'cube-lift'];

let home: CommandHome;
/** What four trials give that nothing disturbs, with two workers. */
let wholeRow: { readonly traceHash: string };
/** Every command here starts processes of its own, on machines that may be busy. */
const PATIENT = { timeout: 300_000 };
beforeAll(async () => {
  home = new CommandHome();
  const whole = await home.run([...LIFT, '--trials', '4', '--workers', '2', '--out', folder('whole'), '--json']);
  expect(whole.status, whole.stderr).toBe(0);
  wholeRow = JSON.parse(whole.stdout)[0];
}, PATIENT.timeout);
afterAll(() => home.remove());

function folder(name: string): string {
  return join(home.folder, name);
}

interface Trial {
  readonly seed: number;
  readonly success: boolean;
  readonly stage: string | null;
  readonly message: string;
  readonly wallSeconds?: number;
  readonly openSeconds?: number;
}

function trialsIn(name: string): Trial[] {
  const path = join(folder(name), 'trials.jsonl');
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
    .sort((a, b) => a.seed - b.seed);
}

/** Everything about trials but how long they took. */
function timeless(name: string): Trial[] {
  return trialsIn(name).map(({ wallSeconds: _wall, openSeconds: _open, ...rest }) => rest);
}

/** Process ids of the workers that a command has started. */
function workersOf(pid: number): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid,ppid,args'], { encoding: 'utf8' }).split('\n');
  return lines
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null && Number(match[2]) === pid && match[3].includes('bench-worker'))
    .map((match) => Number(match?.[1]));
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let i = 0; i < 1200; i++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`still waiting: ${what}`);
}

describe.skipIf(process.platform === 'win32')('a benchmark that something kills', PATIENT, () => {
  it('goes on after kill -9 and a torn line, and ends with the same trials as one that nothing stopped', async () => {
    const words = [...LIFT, '--workers', '1', '--trials', '4', '--out', folder('killed')];
    const killed = home.start(words, { input: '' });
    await until('two trials are written', () => trialsIn('killed').length >= 2);
    killed.child.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    const before = trialsIn('killed').length;
    expect(before).toBeLessThan(4);
    appendFileSync(join(folder('killed'), 'trials.jsonl'), '{"task":"cube-lift","tier":"S1","pol');

    const resumed = await home.run([...words, '--resume', '--json']);
    expect(resumed.stderr).toContain(`going on: ${before} trials were done before`);
    expect(resumed.status).toBe(0);
    expect(timeless('killed')).toEqual(timeless('whole'));
    const [row] = JSON.parse(resumed.stdout);
    expect(row).toMatchObject({ trials: 4, successes: 4, perturbation: 'none', traceHash: wholeRow.traceHash });
  });

  it('does not mix the trials of two questions', async () => {
    const other = await home.run([...LIFT, '--trials', '6', '--seed0', '1', '--out', folder('whole'), '--resume']);
    expect(other.status).toBe(2);
    expect(other.stderr).toMatch(/--seed0 was 0, now it is 1[\s\S]*--trials was 4, now it is 6/);
  });

  it('loses one trial to a worker that dies and one to a worker that hangs, and runs all others', async () => {
    const bench = home.start(
      [...LIFT, '--workers', '1', '--trials', '6', '--trial-limit', '20', '--out', folder('crash')],
      {
        input: '',
      },
    );
    const pid = bench.child.pid ?? 0;
    await until('a first trial is written', () => trialsIn('crash').length >= 1);
    process.kill(workersOf(pid)[0], 'SIGKILL');
    await until('three trials are written', () => trialsIn('crash').length >= 3);
    await until('there is a new worker', () => workersOf(pid).length === 1);
    process.kill(workersOf(pid)[0], 'SIGSTOP');
    const { status, stderr } = await bench.ended;
    expect(status).toBe(1);
    const trials = trialsIn('crash');
    expect(trials.map(({ seed }) => seed)).toEqual([0, 1, 2, 3, 4, 5]);
    const crashed = trials.filter(({ stage }) => stage === 'crash').map(({ message }) => message);
    expect(crashed).toHaveLength(2);
    expect(crashed[0]).toContain('the worker process ended in the middle of it (SIGKILL)');
    expect(crashed[1]).toContain('did not end within 20 s of wall time');
    expect(trials.filter(({ success }) => success)).toHaveLength(4);
    expect(stderr).toContain('failures: crash 2');
  });

  it('ends with Ctrl-C after the trial that runs, keeps what is done, and says how to go on', async () => {
    const bench = home.start([...LIFT, '--trials', '50', '--out', folder('interrupted')], { input: '' });
    await until('a first trial is written', () => trialsIn('interrupted').length >= 1);
    bench.child.kill('SIGINT');
    const { status, stderr } = await bench.ended;
    expect(status).toBe(1);
    expect(stderr).toContain('--resume runs the rest');
    const trials = trialsIn('interrupted');
    expect(trials.length).toBeLessThan(50);
    expect(trials.every(({ success }) => success)).toBe(true);
    expect(JSON.parse(readFileSync(join(folder('interrupted'), 'results.json'), 'utf8'))[0].trials).toBe(trials.length);
  });
});

describe('what cannot run', PATIENT, () => {
  const bomb = `type T<N extends number, A extends unknown[] = []> = A['length'] extends N ? A : T<N, [...A, ...A, 0]>;\n`;

  it('is an error before the first trial: everything that is missing, at once', async () => {
    const { status, stderr } = await home.run([
      ...['bench', '--tasks', 'cube-lift,cube-stack', '--tiers', 'S1', '--policies', 'nowhere.ts,expert'],
      ...['--out', folder('missing')],
    ]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/nothing was run:[\s\S]*no program file .*nowhere\.ts/);
    expect(trialsIn('missing')).toEqual([]);
  });

  for (const [what, words, says] of [
    ['a tier that does not exist', ['--tiers', 'S7'], /--tiers takes one of S1, S2, S3, S4, M1, .* not "S7"/],
    ['a perturbation that does not exist', ['--perturb', 'gravity'], /--perturb takes one of none, .*not "gravity"/],
    ['an early stop of nothing', ['--stop-early'], /--stop-early needs --compare/],
    ['a comparison of one program', ['--compare', 'policies'], /needs several of them.*--policies/],
    ['a task twice', ['--tasks', 'cube-lift,cube-lift'], /names the task "cube-lift" twice/],
    ['both names of an option', ['--tier', 'S1', '--tiers', 'S1'], /mean the same/],
    ['an option behind --json that is none', ['--json', 'a', 'b'], /"a" is not expected here/],
  ] as const) {
    it(`is answered with what to do: ${what}`, async () => {
      const input = readInput(BENCH_COMMAND, ['--out', folder('nothing'), ...words]);
      await expect(BENCH_COMMAND.run(input)).rejects.toThrow(says);
    });
  }

  it('ends a check that would take for ever, and keeps the command alive', async () => {
    const program = home.program('bomb.ts', `${bomb}const x: T<9999999> = null as never;\nawait say(String(x));\n`);
    const { status, stderr } = await home.run([...LIFT, '--trials', '1', '--policy', program, '--out', folder('bomb')]);
    expect(status).toBe(2);
    expect(stderr).toContain('does not pass the check');
  });
});

/** Fails in three ways, with text that would break out of a careless page. */
const ODD = `
const g = await sampleGraspPose('red cube');
const [x, y] = g.position;
if (x < 0.49) throw new Error('<script>window.broken = 1</script><img src="http://127.0.0.1:9/x" onerror="broken=1"></pre>');
await openGripper();
if (y > 0.0) await gotoPose([2, 0, 0.1], g.quatWxyz);
await gotoPose(g.position, g.quatWxyz, { zApproach: 0.1 });
`;

describe('comparing and reporting', PATIENT, () => {
  it('compares programs on equal seeds, stops early, and shows all of it on a page that needs nothing', async () => {
    const odd = home.program('odd.ts', ODD);
    const words = ['bench', '--tasks', 'cube-lift', '--policies', `expert,${odd}`, '--trials', '10', '--workers', '2'];
    const bench = await home.run([
      ...words,
      '--compare',
      'policies',
      '--stop-early',
      '--out',
      folder('arms'),
      '--json',
    ]);
    expect(bench.stderr).toContain('10 seeds: no difference below 60.0 points can show');
    expect(bench.stderr).toContain('after 7 seeds, over 20, so it may stop here: "expert" is better');
    const rows = JSON.parse(bench.stdout);
    // Trials beyond the seed of the stop do not count, however many were under way.
    expect(rows.map(({ trials, successes }: { trials: number; successes: number }) => [trials, successes])).toEqual([
      [7, 7],
      [7, 0],
    ]);

    const report = await home.run(['report', folder('arms'), '--pictures', '2']);
    expect(report.stderr).toContain('report: ');
    expect(report.status).toBe(0);
    const page = join(folder('arms'), 'report.html');
    const { page: tab, close } = await openChromium({ 'index.html': '<link rel="icon" href="data:,">' });
    try {
      const complaints: string[] = [];
      tab.on('console', (message) => complaints.push(message.text()));
      tab.on('pageerror', (error) => complaints.push(error.message));
      tab.on('request', (request) => {
        if (!/^(data|file):/.test(request.url())) complaints.push(request.url());
      });
      await tab.setViewportSize({ width: 390, height: 800 });
      await tab.goto(pathToFileURL(page).href);
      const seen = await tab.evaluate(async () => {
        for (const details of document.querySelectorAll('details')) details.open = true;
        const images = [...document.querySelectorAll('img')];
        await Promise.all(images.map((image) => image.decode()));
        return {
          text: document.body.innerText,
          broken: 'broken' in window,
          scripts: document.scripts.length,
          sizes: images.map((image) => [image.naturalWidth, image.naturalHeight]),
          overflow: document.documentElement.scrollWidth - innerWidth,
        };
      });
      expect(complaints).toEqual([]);
      expect(seen).toMatchObject({ broken: false, scripts: 0, overflow: 0 });
      expect(seen.sizes).toEqual([
        [320, 240],
        [480, 360],
        [320, 240],
        [480, 360],
      ]);
      expect(seen.text).toContain('<script>window.broken = 1</script>');
      expect(seen.text).toContain('"expert" is better');
      expect(seen.text).toContain('run again with the same motion');
      expect(seen.text).toMatch(/capstan run cube-lift --seed \d+ --tier S1 --policy .*--approve auto/);
    } finally {
      await close();
    }
  });

  it('compares two folders: no difference shown, unequal seeds dropped and said', async () => {
    const lines = readFileSync(join(folder('whole'), 'trials.jsonl'), 'utf8')
      .split('\n')
      .slice(0, -1);
    for (const [name, kept] of [
      ['before', [0, 1, 2]],
      ['after', [1, 2, 3]],
    ] as const) {
      mkdirSync(folder(name));
      copyFileSync(join(folder('whole'), 'bench.json'), join(folder(name), 'bench.json'));
      const chosen = lines.filter((line) => (kept as readonly number[]).includes(JSON.parse(line).seed));
      writeFileSync(join(folder(name), 'trials.jsonl'), chosen.map((line) => `${line}\n`).join(''));
    }
    const { status, stderr, stdout } = await home.run(['compare', folder('before'), folder('after'), '--json']);
    expect(status).toBe(0);
    expect(stderr).toContain('2 seeds cannot show any difference');
    expect(stderr).toContain('no difference shown');
    expect(stderr).toContain('not counted, because the other has not run them: 1 seeds of "before", 1 of "after"');
    expect(JSON.parse(stdout)).toMatchObject([{ pairs: 2, p: 1, dropped: { first: 1, second: 1 } }]);
    writeFileSync(join(folder('after'), 'bench.json'), '{');
    expect((await home.run(['compare', folder('before'), folder('after')])).stderr).toContain('is damaged');
    expect((await home.run(['report', home.folder])).stderr).toContain('holds no results');
  });

  it('runs the unchanged task along with a changed one, on the same seeds', async () => {
    const bench = await home.run([
      ...LIFT,
      '--trials',
      '1',
      '--perturb',
      'semantic',
      '--out',
      folder('semantic'),
      '--json',
    ]);
    const rows = JSON.parse(bench.stdout);
    expect(
      rows.map(({ perturbation, seeds }: { perturbation: string; seeds: number[] }) => [perturbation, seeds]),
    ).toEqual([
      ['none', [0]],
      ['semantic', [0]],
    ]);
    // Other words, the same world and program: the same motion.
    expect(rows[1].traceHash).toBe(rows[0].traceHash);
    expect(readdirSync(join(folder('semantic'), 'cube-lift')).sort()).toEqual(['S1-expert', 'S1-expert-semantic']);
  });
});
