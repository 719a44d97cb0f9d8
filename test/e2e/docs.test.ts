// The documentation is true: its programs pass the check, its commands run, its links lead somewhere, and every command,
// option, function, topic, stage and limit that exists is in it, and no option that does not.
//
// Words behind the language of a fenced block: `ts refused=CODE,...` must fail the check with these codes, every other
// `ts` must pass it, at tier S1 or where it says `tier=S3` or `api=tabletop` or `api=asks` there; `file=NAME` puts the block into the page's folder; `sh run` is run there, in the order of the page.

import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TOPICS } from '../../drivers/episode/topics.ts';
import { LIMIT_NAMES } from '../../drivers/gate/envelope.ts';
import { BENCH_COMMAND } from '../../electron/cli/bench-command.ts';
import { CHECK_COMMAND } from '../../electron/cli/check-command.ts';
import { COLLECT_COMMAND } from '../../electron/cli/collect-command.ts';
import type { Command } from '../../electron/cli/command.ts';
import { COMPARE_COMMAND } from '../../electron/cli/compare-command.ts';
import { DOCTOR_COMMAND } from '../../electron/cli/doctor-command.ts';
import { EPISODES_COMMAND } from '../../electron/cli/episodes-command.ts';
import { EXPORT_COMMAND } from '../../electron/cli/export-command.ts';
import { MCP_COMMAND } from '../../electron/cli/mcp-command.ts';
import { REPLAY_COMMAND } from '../../electron/cli/replay-command.ts';
import { REPORT_COMMAND } from '../../electron/cli/report-command.ts';
import { RUN_COMMAND } from '../../electron/cli/run-command.ts';
import { SERVE_COMMAND } from '../../electron/cli/serve-command.ts';
import { START_COMMAND } from '../../electron/cli/start-command.ts';
import { TASK_COMMAND } from '../../electron/cli/task-command.ts';
import { TASKS_COMMAND } from '../../electron/cli/tasks-command.ts';
import { bundledEntry, INSTALLATION_ROOT, readRig } from '../../electron/session/installation.ts';
import { STAGES } from '../../skills/api/errors.ts';
import { apiFor } from '../../skills/api/policy-api.ts';
import { createChecker, MAX_SOURCE_BYTES } from '../../skills/check/checker.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { DEFAULT_LIMITS } from '../../skills/sandbox/policy-sandbox.ts';
import { CommandHome } from './capstan-command.ts';
import { type DocPage, type FencedBlock, readPages } from './doc-pages.ts';

const COMMANDS: readonly Command[] = [
  START_COMMAND,
  TASKS_COMMAND,
  TASK_COMMAND,
  RUN_COMMAND,
  BENCH_COMMAND,
  REPORT_COMMAND,
  COMPARE_COMMAND,
  CHECK_COMMAND,
  REPLAY_COMMAND,
  EPISODES_COMMAND,
  SERVE_COMMAND,
  MCP_COMMAND,
  COLLECT_COMMAND,
  EXPORT_COMMAND,
  DOCTOR_COMMAND,
];
/** Options that every command has. */
const COMMON_OPTIONS = ['help', 'version'];

const PAGES = readPages();
const ALL_TEXT = PAGES.map(({ text }) => text).join('\n');
/** Which functions a program of a page may call: those of `api=tabletop`, with `api=asks` those of a session with a model, of `tier=S3`, else of tier S1. */
function checkerFor(words: ReadonlyMap<string, string>): 'high' | 'low' | 'tabletop' | 'asks' {
  if (words.get('api') === 'asks') return 'asks';
  if (words.get('api') === 'tabletop') return 'tabletop';
  return words.get('tier') === 'S3' ? 'low' : 'high';
}

/** What programs of plain arm tasks may call: every tier, one arm and two. */
const APIS = (['S1', 'S2', 'S3', 'S4'] as const).flatMap((tier) =>
  ([1, 2] as const).map((arms) => apiFor({ tier, arms, asks: true })),
);
const FUNCTIONS = APIS.flatMap(({ functions }) => functions);
const checkers = {
  high: createChecker(apiFor({ tier: 'S1', arms: 1 }), GUEST_MODULES),
  low: createChecker(apiFor({ tier: 'S3', arms: 1 }), GUEST_MODULES),
  asks: createChecker(apiFor({ tier: 'S1', arms: 1, asks: true }), GUEST_MODULES),
  tabletop: createChecker(apiFor({ tier: 'S1', arms: 1, domain: 'tabletop' }), GUEST_MODULES),
};

function page(path: string): DocPage {
  const found = PAGES.find((one) => one.path === path);
  if (found === undefined) throw new Error(`there is no page ${path}`);
  return found;
}

function blocksOf({ blocks }: DocPage, language: string): FencedBlock[] {
  return blocks.filter((block) => block.language === language);
}

/** Words of every call of capstan in a block, without what the shell adds. */
function capstanCalls(block: FencedBlock): string[][] {
  return [...block.text.matchAll(/(?:^|&& |; )(?:npm run -s capstan --|capstan) (.*)$/gm)].map((match) =>
    match[1].trim().split(/\s+/),
  );
}

describe('programs in the documentation', () => {
  for (const { path, ...one } of PAGES) {
    for (const block of blocksOf({ path, ...one }, 'ts')) {
      const codes = block.words.get('refused')?.split(',') ?? [];
      it(`${path}:${block.line} ${codes.length === 0 ? 'passes the check' : `is refused: ${codes.join(', ')}`}`, async () => {
        const { diagnostics } = await checkers[checkerFor(block.words)].check({
          source: block.text,
          blockName: 'block-1',
          session: { blocks: [] },
        });
        expect(diagnostics.map(({ code }) => code).sort()).toEqual(codes.sort());
      });
    }
  }
});

describe('commands in the documentation', () => {
  for (const one of PAGES) {
    const files = one.blocks.filter(({ words }) => words.has('file'));
    const scripts = blocksOf(one, 'sh').filter(({ words }) => words.has('run'));
    if (scripts.length === 0) continue;
    it.skipIf(process.platform === 'win32')(
      `${one.path}: those marked so run, and succeed`,
      async () => {
        const home = new CommandHome();
        try {
          for (const { words, text } of files) writeFileSync(join(home.folder, words.get('file') ?? ''), text);
          const script = scripts.map(({ text }) => text.replaceAll('npm run -s capstan -- ', 'capstan ')).join('\n');
          const { status, output } = await runScript(script, home.folder);
          expect(status, output).toBe(0);
          expect(unlike(one, script, output)).toEqual([]);
        } finally {
          home.remove();
        }
      },
      180_000,
    );
  }

  it('name commands and options that exist', () => {
    const wrong: string[] = [];
    for (const { path, blocks } of PAGES) {
      for (const block of blocks) {
        for (const [name, ...words] of capstanCalls(block)) {
          const command = COMMANDS.find((one) => one.name === name);
          const known = [...Object.keys(command?.options ?? {}), ...COMMON_OPTIONS];
          const asked = words.filter((word) => word.startsWith('--')).map((word) => word.slice(2));
          if (command === undefined || asked.some((option) => !known.includes(option))) {
            wrong.push(`${path}:${block.line}: ${name} ${words.join(' ')}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('are named in the prose only with options that exist', () => {
    const known = new Set([...COMMANDS.flatMap(({ options }) => Object.keys(options)), ...COMMON_OPTIONS]);
    const named = [...ALL_TEXT.matchAll(/(?<![\w-])--([a-z][a-z0-9-]*)/g)].map((match) => match[1]);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((option) => !known.has(option))).toEqual([]);
  });

  it('begin with the two that a newcomer needs', () => {
    const [first] = blocksOf(page('README.md'), 'sh');
    expect(first.text.split('\n')).toEqual(['npm ci && npm start', 'npm ci && npm test']);
  });
});

/** What a page shows of an approval card, and of a benchmark it runs, whose form is not that of what was printed. */
function unlike(one: DocPage, script: string, output: string): string[] {
  const copied = script.includes(' bench ') ? /^( {2}[a-z]+ |---|.* succeeded )/ : /^( {2}[a-z]+ |---)/;
  const printed = output.split('\n').map(formOf);
  const shown = blocksOf(one, '').flatMap(({ text }) => text.split('\n'));
  return shown.filter((line) => copied.test(line) && !printed.includes(formOf(line)));
}

/** A card's row by its label, any other line by its words. */
function formOf(line: string): string {
  return /^ {2}[a-z]/.test(line) ? line.slice(0, 13).trimEnd() : line.replace(/\d+(\.\d+)?/g, '#');
}

async function runScript(script: string, folder: string): Promise<{ status: number | null; output: string }> {
  const prelude = `set -eu\ncapstan() { "${process.execPath}" "${bundledEntry('capstan.js')}" "$@"; }\n`;
  const child = spawn('sh', ['-c', prelude + script], {
    cwd: folder,
    env: { ...process.env, CAPSTAN_HOME: join(folder, 'home') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output += data;
    });
  }
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, output };
}

describe('what exists is documented', () => {
  it('every command of the overview is in the table of the README, and every option on some page', async () => {
    const home = new CommandHome();
    const { stderr } = await home.run(['--help']);
    home.remove();
    const listed = [...stderr.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1]);
    expect(listed).toEqual(COMMANDS.map(({ name }) => name));
    const readme = page('README.md').text;
    for (const { name, options } of COMMANDS) {
      expect(readme).toMatch(new RegExp(`^\\| \`${name}[ \`]`, 'm'));
      for (const option of Object.keys(options)) expect(ALL_TEXT, `${name} --${option}`).toContain(`--${option}`);
    }
  });

  it('every function, error, stage and module function of programs', () => {
    const { text } = page('docs/programs.md');
    const names = [
      ...FUNCTIONS.map(({ name }) => `\`${name}(`),
      ...FUNCTIONS.flatMap(({ errors }) => errors.map(({ code }) => `\`${code}\``)),
      ...STAGES.map((stage) => `\`${stage}\``),
      ...GUEST_MODULES.flatMap(({ specifier, declarations }) => [
        `\`${specifier}\``,
        ...[...declarations.matchAll(/^export declare function (\w+)/gm)].map((match) => `\`${match[1]}\``),
      ]),
    ];
    expect(names.length).toBeGreaterThan(60);
    expect(names.filter((name) => !text.includes(name))).toEqual([]);
  });

  it('every topic of an episode, with its schema', () => {
    const { text } = page('docs/episodes.md');
    const rows = Object.values(TOPICS).map(
      ({ topic, schemaName }) => `| \`${topic.replace(/^\/camera\/[a-z_]+/, '/camera/NAME')}\` | ${schemaName} |`,
    );
    expect(rows.filter((row) => !text.includes(row))).toEqual([]);
  });

  it('every limit of a rig, with the figures of the simulated cell', () => {
    const safety = page('docs/safety.md').text;
    const { envelope } = readRig().rig;
    const row = (name: string) =>
      safety.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${name}\``));
    for (const name of LIMIT_NAMES) {
      expect(page('docs/tasks-and-rigs.md').text).toContain(`| \`${name}\``);
      const { hard, soft } = envelope[name];
      expect(row(name), name).toMatch(new RegExp(`[ |]${hard}[ |]`));
      if (soft !== undefined) expect(row(name), name).toContain(`${soft} soft, ${hard} hard`);
    }
  });

  it('the limits of a program, as they are', () => {
    const { text } = page('docs/programs.md');
    for (const row of [
      `| source | ${MAX_SOURCE_BYTES / 1024} kB |`,
      `| computing, without waiting for the robot | ${DEFAULT_LIMITS.cpuMs / 1000} s |`,
      `| memory | ${DEFAULT_LIMITS.memoryBytes / 2 ** 20} MiB |`,
      `| calls of the functions above | ${DEFAULT_LIMITS.calls} |`,
      `| printed output | ${DEFAULT_LIMITS.outputBytes / 1024} kB, ${DEFAULT_LIMITS.outputLines} lines |`,
    ]) {
      expect(text).toContain(row);
    }
  });
});

describe('links in the documentation', () => {
  it('lead to files and headings that exist', () => {
    const dead: string[] = [];
    for (const { path, links } of PAGES) {
      for (const link of links.filter((one) => !/^https?:/.test(one))) {
        const [file, anchor] = link.split('#');
        const target = file === '' ? path : join(dirname(path), file);
        const anchors = PAGES.find((one) => one.path === target)?.anchors;
        if (!existsSync(join(INSTALLATION_ROOT, target)) || (anchor !== undefined && !anchors?.has(anchor))) {
          dead.push(`${path}: ${link}`);
        }
      }
    }
    expect(dead).toEqual([]);
  });

  it('reach every page from the README', () => {
    const linked = page('README.md').links;
    expect(PAGES.map(({ path }) => path).filter((path) => path !== 'README.md' && !linked.includes(path))).toEqual([]);
  });
});
