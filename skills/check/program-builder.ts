// Owns the compiler's view of one program: the language, the API, the modules, the earlier blocks, the program itself.
// Every file is virtual; must never let the compiler read the disk beyond the language's own declarations.

import ts from 'typescript';
import { declarationsText } from '../api/declarations.ts';
import type { PolicyApi } from '../api/definition.ts';
import type { SessionScope } from './check-result.ts';
import { LIB_FILE, libFiles } from './lib-files.ts';
import { sessionSpecifier, sessionVariables } from './session-scope.ts';

export interface CheckedModule {
  readonly specifier: string;
  readonly declarations: string;
}

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  lib: [LIB_FILE],
  types: [],
  declaration: true,
  skipLibCheck: true,
  noFallthroughCasesInSwitch: true,
  newLine: ts.NewLineKind.LineFeed,
};

const API_PATH = '/capstan/api.d.ts';
const VARIABLES_PATH = '/capstan/session-variables.d.ts';

/** Each earlier block's file is parsed once per session, not once per check. */
const MAX_CACHED_FILES = 256;

export interface BuiltProgram {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  readonly file: ts.SourceFile;
}

export class ProgramBuilder {
  readonly #libs = libFiles();
  readonly #apiFile: ts.SourceFile;
  readonly #moduleFiles = new Map<string, ts.SourceFile>();
  readonly #sessionFiles = new Map<string, ts.SourceFile>();
  #previous: ts.Program | undefined;

  constructor(api: PolicyApi, modules: readonly CheckedModule[]) {
    this.#apiFile = parseDeclarations(API_PATH, declarationsText(api));
    for (const { specifier, declarations } of modules) {
      this.#moduleFiles.set(specifier, parseDeclarations(modulePath(specifier), declarations));
    }
  }

  get specifiers(): string[] {
    return [...this.#moduleFiles.keys()];
  }

  /** @param file the program as parsed by `parseProgram` */
  build(file: ts.SourceFile, session: SessionScope): BuiltProgram {
    const files = new Map<string, ts.SourceFile>([
      ...this.#libs.byPath,
      [API_PATH, this.#apiFile],
      [file.fileName, file],
    ]);
    const bySpecifier = new Map<string, string>();
    for (const [specifier, moduleFile] of this.#moduleFiles) {
      files.set(moduleFile.fileName, moduleFile);
      bySpecifier.set(specifier, moduleFile.fileName);
    }
    for (const block of session.blocks) {
      const path = modulePath(sessionSpecifier(block.blockName));
      files.set(path, this.#sessionFile(path, block.declarations));
      bySpecifier.set(sessionSpecifier(block.blockName), path);
    }
    files.set(VARIABLES_PATH, this.#sessionFile(VARIABLES_PATH, sessionVariables(session)));
    const program = ts.createProgram({
      rootNames: [API_PATH, VARIABLES_PATH, file.fileName],
      options: OPTIONS,
      host: this.#host(files, bySpecifier),
      oldProgram: this.#previous,
    });
    this.#previous = program;
    return { program, checker: program.getTypeChecker(), file };
  }

  #sessionFile(path: string, text: string): ts.SourceFile {
    const key = `${path}\n${text}`;
    const known = this.#sessionFiles.get(key);
    if (known) return known;
    const file = parseDeclarations(path, text);
    if (this.#sessionFiles.size >= MAX_CACHED_FILES) this.#sessionFiles.clear();
    this.#sessionFiles.set(key, file);
    return file;
  }

  #host(files: ReadonlyMap<string, ts.SourceFile>, bySpecifier: ReadonlyMap<string, string>): ts.CompilerHost {
    const { folder } = this.#libs;
    return {
      getSourceFile: (path) => files.get(path),
      getDefaultLibFileName: () => `${folder}/${LIB_FILE}`,
      getDefaultLibLocation: () => folder,
      getCurrentDirectory: () => '/',
      getCanonicalFileName: (path) => path,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => '\n',
      fileExists: (path) => files.has(path),
      readFile: () => undefined,
      directoryExists: () => false,
      writeFile: () => {},
      resolveModuleNameLiterals: (literals) =>
        literals.map(({ text }) => {
          const resolvedFileName = bySpecifier.get(text);
          return { resolvedModule: resolvedFileName ? { resolvedFileName, extension: ts.Extension.Dts } : undefined };
        }),
    };
  }
}

function modulePath(specifier: string): string {
  return `/${specifier.replace(':', '/')}.d.ts`;
}

function parseDeclarations(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, {
    languageVersion: ts.ScriptTarget.ES2023,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  });
}

/** The program's text as the compiler reads it. */
export function parseProgram(blockName: string, text: string): ts.SourceFile {
  return ts.createSourceFile(
    `/program/${blockName}.ts`,
    text,
    {
      languageVersion: ts.ScriptTarget.ES2023,
      jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
      setExternalModuleIndicator: (file) => {
        // As moduleDetection "force": a program is a module even without an import.
        (file as { externalModuleIndicator?: unknown }).externalModuleIndicator = true;
      },
    },
    true,
  );
}

/** The statements of the program's own text, without what the checker has added behind it. */
export function ownStatements(file: ts.SourceFile, sourceLength: number): ts.Statement[] {
  return file.statements.filter((statement) => statement.getStart(file) < sourceLength);
}
