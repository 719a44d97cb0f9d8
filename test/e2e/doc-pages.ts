// Owns reading the user documentation: pages, their fenced blocks with the words behind the language, links and headings.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INSTALLATION_ROOT } from '../../electron/session/installation.ts';

export interface FencedBlock {
  readonly language: string;
  /** What stands behind the language: "run", or "file=lift.ts". */
  readonly words: ReadonlyMap<string, string>;
  readonly text: string;
  /** Line of the opening fence. */
  readonly line: number;
}

export interface DocPage {
  /** Path from the root of the repository. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly FencedBlock[];
  readonly links: readonly string[];
  /** What a link may name behind '#'. */
  readonly anchors: ReadonlySet<string>;
}

/** README.md and every page of docs/. */
export function readPages(): DocPage[] {
  const docs = readdirSync(join(INSTALLATION_ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', ...docs.map((name) => `docs/${name}`)].map((path) =>
    pageOf(path, readFileSync(join(INSTALLATION_ROOT, path), 'utf8')),
  );
}

function pageOf(path: string, text: string): DocPage {
  const blocks: FencedBlock[] = [];
  const prose: string[] = [];
  let open: { indent: string; info: string; line: number; lines: string[] } | undefined;
  text.split('\n').forEach((line, index) => {
    const fence = /^( *)```(.*)$/.exec(line);
    if (open === undefined && fence !== null) {
      open = { indent: fence[1], info: fence[2], line: index + 1, lines: [] };
    } else if (open !== undefined && fence !== null) {
      const { indent, info, line: at, lines } = open;
      const [language = '', ...words] = info.trim().split(/\s+/);
      blocks.push({
        language,
        words: new Map(words.map((word) => [word.split('=')[0], word.split('=')[1] ?? ''])),
        text: lines.map((one) => one.slice(indent.length)).join('\n'),
        line: at,
      });
      open = undefined;
    } else if (open !== undefined) open.lines.push(line);
    else prose.push(line);
  });
  if (open !== undefined) throw new Error(`${path}:${open.line}: a fenced block is never closed`);
  const visible = prose.join('\n');
  return {
    path,
    text,
    blocks,
    links: [...visible.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]),
    anchors: new Set([...visible.matchAll(/^#+ (.*)$/gm)].map((match) => anchorOf(match[1]))),
  };
}

/** As GitHub makes them. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}
