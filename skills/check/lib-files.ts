// Owns the parsed declaration files of the language (ES2023, nothing of a browser or Node), shared by all checks.
// Must never read a file outside the compiler's own folder.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';

export const LIB_FILE = 'lib.es2023.d.ts';

/** Declarations of names that the sandbox does not have. */
const LEFT_OUT = /^lib\.(es2017\.sharedmemory|es2021\.weakref|es2015\.proxy|es2015\.reflect)\.d\.ts$/;

export interface LibFiles {
  readonly folder: string;
  readonly byPath: ReadonlyMap<string, ts.SourceFile>;
  /** Names of values the language declares globally. */
  readonly globalNames: ReadonlySet<string>;
}

let shared: LibFiles | null = null;

/** Parses the files at the first call. */
export function libFiles(): LibFiles {
  shared ??= parseLibFiles();
  return shared;
}

function parseLibFiles(): LibFiles {
  const folder = dirname(createRequire(import.meta.url).resolve('typescript'));
  const byPath = new Map<string, ts.SourceFile>();
  const open = [LIB_FILE];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const path = join(folder, name);
    if (byPath.has(path)) continue;
    const text = LEFT_OUT.test(name) ? '' : readFileSync(path, 'utf8');
    const file = ts.createSourceFile(path, text, {
      languageVersion: ts.ScriptTarget.ES2023,
      jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
    });
    byPath.set(path, file);
    open.push(...file.libReferenceDirectives.map((reference) => `lib.${reference.fileName}.d.ts`));
  }
  return { folder, byPath, globalNames: globalValues(byPath.values()) };
}

function globalValues(files: Iterable<ts.SourceFile>): Set<string> {
  const names = new Set<string>(['undefined', 'globalThis', 'arguments']);
  for (const file of files) {
    for (const statement of file.statements) {
      if (ts.isVariableStatement(statement)) {
        for (const { name } of statement.declarationList.declarations) if (ts.isIdentifier(name)) names.add(name.text);
      } else if ((ts.isFunctionDeclaration(statement) || ts.isModuleDeclaration(statement)) && statement.name) {
        names.add(statement.name.text);
      }
    }
  }
  return names;
}
