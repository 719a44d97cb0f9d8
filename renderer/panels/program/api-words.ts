// Owns what the editor knows of the API by name: functions of the tier, what the modules export, and objects that may be
// named. Pure. Must never offer what the check would refuse.

import type { CONSOLE_CONTRACT } from '../../../electron/ipc/console-contract.ts';
import type { Result } from '../../../electron/ipc/rpc.ts';

export type ConsoleApi = Result<typeof CONSOLE_CONTRACT, 'api'>;

export interface ApiWord {
  readonly name: string;
  readonly kind: 'function' | 'constant' | 'type' | 'module' | 'object';
  /** As it is declared. */
  readonly signature: string;
  readonly documentation: string;
  /** Where it comes from: empty for what needs no import. */
  readonly module: string;
}

export interface ApiWords {
  readonly version: string;
  readonly functions: readonly ApiWord[];
  readonly modules: readonly ApiWord[];
  /** What modules export, by specifier. */
  readonly exports: ReadonlyMap<string, readonly ApiWord[]>;
  readonly objects: readonly ApiWord[];
}

export const NO_WORDS: ApiWords = { version: '', functions: [], modules: [], exports: new Map(), objects: [] };

const EXPORT =
  /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*)?^export (?:declare )?(function|const|type|interface|class) (\w+)([^\n]*)/gm;

/** The names that a module's declarations export, with their documentation. */
export function exportsOf(specifier: string, declarations: string): readonly ApiWord[] {
  return [...declarations.matchAll(EXPORT)].map(([, doc = '', keyword, name, rest]) => ({
    name,
    kind: keyword === 'function' ? 'function' : keyword === 'const' ? 'constant' : 'type',
    signature: `${keyword} ${name}${rest}`.replace(/\s*[;{]\s*$/, ''),
    documentation: commentText(doc),
    module: specifier,
  }));
}

/** A documentation comment without its stars. */
function commentText(comment: string): string {
  return comment
    .replace(/^\s*\/\*\*|\*\/\s*$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .join('\n')
    .trim();
}

export function apiWords(api: ConsoleApi, objects: readonly string[]): ApiWords {
  return {
    version: api.version,
    functions: api.functions.map(({ name, signature, documentation }) => ({
      name,
      kind: 'function',
      signature,
      documentation,
      module: '',
    })),
    modules: api.modules.map(({ specifier }) => ({
      name: specifier,
      kind: 'module',
      signature: `import { … } from '${specifier}'`,
      documentation: '',
      module: specifier,
    })),
    exports: new Map(
      api.modules.map(({ specifier, declarations }) => [specifier, exportsOf(specifier, declarations)] as const),
    ),
    objects: objects.map((name) => ({
      name,
      kind: 'object',
      signature: `'${name}'`,
      documentation: 'An object of this cell.',
      module: '',
    })),
  };
}

const IMPORT = /import\s+(?:type\s+)?{([^}]*)}\s*from\s*['"]([^'"]+)['"]/g;

/** What a program imports, by the name it uses for it. */
export function importedWords(source: string, words: ApiWords): ReadonlyMap<string, ApiWord> {
  const found = new Map<string, ApiWord>();
  for (const [, names, specifier] of source.matchAll(IMPORT)) {
    const exported = words.exports.get(specifier) ?? [];
    for (const part of names.split(',')) {
      const [name, alias = name] = part
        .trim()
        .replace(/^type /, '')
        .split(/\s+as\s+/);
      const word = exported.find((one) => one.name === name);
      if (word !== undefined) found.set(alias, word);
    }
  }
  return found;
}

/** What a name in a program means; undefined where it is nothing of the API. */
export function wordAt(name: string, source: string, words: ApiWords): ApiWord | undefined {
  return words.functions.find((word) => word.name === name) ?? importedWords(source, words).get(name);
}
