// Owns the check of a program before anyone is asked: size, syntax, forbidden constructs, types, awaits; and what it
// yields: JavaScript, effects, declarations for later blocks. Warm: the language is parsed once, results are kept.
// Must never run a program, nor pass one that it has not understood to the end.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import ts from 'typescript';
import type { PolicyApi } from '../api/definition.ts';
import { AwaitingRule } from './awaiting.ts';
import type { CheckDiagnostic, CheckRequest, CheckResult, ExportedName, SessionScope } from './check-result.ts';
import { NO_EFFECTS, readEffects } from './effects.ts';
import { eraseTypes, importedTypes } from './erase.ts';
import { diagnosticsOf, type Finding } from './finding.ts';
import { forbiddenConstructs } from './forbidden.ts';
import { libFiles } from './lib-files.ts';
import { findingOf, isSlip, type MessageContext } from './messages.ts';
import { missingFunctions, topLevel } from './missing-functions.ts';
import { type BuiltProgram, type CheckedModule, ProgramBuilder, parseProgram } from './program-builder.ts';
import { sessionImports } from './session-scope.ts';
import { exportText, hidingNames, publicationText, topLevelNames } from './top-level-names.ts';

/** Longest program: far beyond what a person can approve. */
export const MAX_SOURCE_BYTES = 256 * 1024;
/** A program whose types take longer to work out than this is refused. */
const MAX_CHECK_MS = 5000;
const MAX_DIAGNOSTICS = 50;
const MAX_CACHED_RESULTS = 64;

export interface PolicyChecker {
  /** Never rejects because of what the program is; rejects only when `signal` is aborted. */
  check(request: CheckRequest, signal?: AbortSignal): Promise<CheckResult>;
}

/**
 * A warm checker for one API. Making it parses the language: a few hundred milliseconds, once.
 * @param workMs clock of the work that counts against the limit; the processor's rather than the wall's where a machine is
 *   shared, so that a sound program is not refused because others compute
 */
export function createChecker(
  api: PolicyApi,
  modules: readonly CheckedModule[],
  workMs: () => number = () => performance.now(),
): PolicyChecker {
  const checker = new Checker(api, modules, workMs);
  return {
    async check(request, signal) {
      signal?.throwIfAborted();
      return checker.check(request);
    },
  };
}

function refused(diagnostics: readonly CheckDiagnostic[]): CheckResult {
  const nothing = { javascript: '', exportedNames: [], topLevel: [], declarations: '' };
  return { ok: false, diagnostics, effects: NO_EFFECTS, ...nothing };
}

function wholeProgram(code: string, message: string, hint: string): CheckResult {
  return refused([{ line: 1, column: 1, endLine: 1, endColumn: 1, severity: 'error', code, message, hint }]);
}

class Checker {
  readonly #api: PolicyApi;
  readonly #builder: ProgramBuilder;
  readonly #moduleNames: ReadonlyMap<string, readonly string[]>;
  readonly #reserved: ReadonlySet<string>;
  readonly #results = new Map<string, CheckResult>();
  readonly #workMs: () => number;

  constructor(api: PolicyApi, modules: readonly CheckedModule[], workMs: () => number) {
    this.#api = api;
    this.#workMs = workMs;
    this.#builder = new ProgramBuilder(api, modules);
    this.#moduleNames = new Map(modules.map(({ specifier, declarations }) => [specifier, exportsOf(declarations)]));
    const ownNames = api.functions.map((definition) => definition.name);
    // A block whose values include a function `then` would itself be taken for a promise.
    this.#reserved = new Set([...libFiles().globalNames, ...ownNames, 'console', 'PolicyError', '$assign', 'then']);
  }

  check(request: CheckRequest): CheckResult {
    const { source } = request;
    if (source.length > MAX_SOURCE_BYTES || utf8ToBytes(source).length > MAX_SOURCE_BYTES) {
      const size = `${Math.ceil(source.length / 1024)} kB`;
      const limit = `${MAX_SOURCE_BYTES / 1024} kB`;
      return wholeProgram('TOO_LARGE', `The program has ${size}; the limit is ${limit}.`, 'Write a shorter program.');
    }
    const key = bytesToHex(sha256(utf8ToBytes(JSON.stringify([request.blockName, request.session.blocks, source]))));
    const known = this.#results.get(key);
    if (known) return known;
    const result = this.#checkNew(request);
    if (this.#results.size >= MAX_CACHED_RESULTS) this.#results.delete(this.#results.keys().next().value!);
    this.#results.set(key, result);
    return result;
  }

  #checkNew(request: CheckRequest): CheckResult {
    try {
      return this.#checkParsed(request);
    } catch (error) {
      if (error instanceof ts.OperationCanceledException) {
        const hint = 'Simplify the types of the program.';
        return wholeProgram(
          'CHECK_TOO_LONG',
          `The types of the program take over ${MAX_CHECK_MS / 1000} s to work out.`,
          hint,
        );
      }
      if (error instanceof RangeError) {
        const hint = 'Split deep expressions into named steps.';
        return wholeProgram('TOO_DEEP', 'The program is nested too deep to be checked.', hint);
      }
      throw error;
    }
  }

  #checkParsed(request: CheckRequest): CheckResult {
    const { source, blockName, session } = request;
    const parsed = parseProgram(blockName, source);
    if (parsed.statements.length === 0) {
      return wholeProgram('EMPTY', 'The program is empty.', 'Write at least one statement.');
    }
    const names = topLevelNames(parsed);
    // Exports and session imports follow the program's own text, so that its places stay what they are.
    const file = parseProgram(
      blockName,
      `${source}\n${sessionImports(session, hidingNames(parsed))}${exportText(names)}`,
    );
    const built = this.#builder.build(file, session);
    const context: MessageContext = {
      api: this.#api,
      sessionNames: session.blocks.flatMap((block) => block.exportedNames.map((entry) => entry.name)),
      moduleNames: this.#moduleNames,
      file,
    };
    const syntax = this.#syntaxErrors(built, parsed, session);
    const findings =
      syntax.length > 0
        ? syntax.map((diagnostic) => findingOf(diagnostic, context))
        : [...this.#nameFindings(file, names), ...this.#programFindings(built, source.length, context)];
    const effects = readEffects(file, this.#api, {
      sourceLength: source.length,
      isApi: (name) => !this.#isOwn(built.checker, name),
    });
    if (syntax.length === 0) findings.push(...effects.warnings);
    const typeImports = syntax.length > 0 ? [] : importedTypes(file, built.checker, source.length);
    const erased = findings.some(isError) ? { findings: [] } : eraseTypes(file, typeImports, source.length);
    if ('findings' in erased) findings.push(...erased.findings);
    const declarations = findings.some(isError) ? '' : this.#declarations(built, findings, context);
    const told = withoutDoubles(findings, file);
    const diagnostics = diagnosticsOf(told, file, source.length).slice(0, MAX_DIAGNOSTICS);
    const read = { effects: effects.summary, topLevel: topLevel(file, source.length) };
    if (diagnostics.some(isError) || !('javascript' in erased)) {
      const known: MessageContext = {
        ...context,
        sessionNames: [...context.sessionNames, ...names.map((n) => n.name)],
      };
      const missing = missingFunctions(file, built.checker, told, source.length, (name) => isSlip(name, known));
      return { ...refused(diagnostics), ...read, ...(missing === undefined ? {} : { missingFunctions: missing }) };
    }
    const typeNames = new Set(typeImports.map((specifier) => specifier.name.text));
    const exportedNames = names.map((entry) =>
      typeNames.has(entry.name) ? { ...entry, kind: 'type' as const } : entry,
    );
    const javascript = `${erased.javascript}\n${publicationText(exportedNames)}`;
    return { ok: true, diagnostics, javascript, exportedNames, ...read, declarations };
  }

  /** Told of the program alone: what is added behind it would shift the place of an open bracket. */
  #syntaxErrors(built: BuiltProgram, parsed: ts.SourceFile, session: SessionScope): readonly ts.Diagnostic[] {
    const withAdditions = built.program.getSyntacticDiagnostics(built.file);
    if (withAdditions.length === 0) return [];
    const alone = this.#builder.build(parsed, session).program.getSyntacticDiagnostics(parsed);
    return alone.length > 0 ? alone : withAdditions;
  }

  #programFindings(built: BuiltProgram, sourceLength: number, context: MessageContext): Finding[] {
    const { checker, file, program } = built;
    const isOwn = (name: ts.Identifier) => this.#isOwn(checker, name);
    const forbidden = forbiddenConstructs(file, { sourceLength, specifiers: this.#builder.specifiers, isOwn });
    const semantic = program.getSemanticDiagnostics(file, timeBudget(MAX_CHECK_MS, this.#workMs));
    const typed = semantic
      .filter((diagnostic) => diagnostic.category === ts.DiagnosticCategory.Error)
      // Finding the right words takes a walk through the program; far more than are ever shown need none.
      .slice(0, 4 * MAX_DIAGNOSTICS)
      .map((diagnostic) => findingOf(diagnostic, context));
    const awaiting = new AwaitingRule(checker, file, sourceLength).findings(sourceLength);
    return [...forbidden, ...awaiting, ...typed];
  }

  /** Declared by the program or an earlier block, not by the language or the API. */
  #isOwn(checker: ts.TypeChecker, name: ts.Identifier): boolean {
    const symbol = ts.isShorthandPropertyAssignment(name.parent)
      ? checker.getShorthandAssignmentValueSymbol(name.parent)
      : checker.getSymbolAtLocation(name);
    return (
      symbol?.declarations?.some((declaration) =>
        /^\/(program|session)\//.test(declaration.getSourceFile().fileName),
      ) ?? false
    );
  }

  #nameFindings(file: ts.SourceFile, names: readonly ExportedName[]): Finding[] {
    return names
      .filter((entry) => entry.kind !== 'type' && this.#reserved.has(entry.name))
      .map(({ name }) => {
        const start = Math.max(0, file.text.search(new RegExp(`\\b${name.replace(/\$/g, '\\$&')}\\b`)));
        const isFunction = this.#api.functions.some((definition) => definition.name === name);
        return {
          start,
          end: start + name.length,
          severity: 'error',
          code: 'RESERVED_NAME',
          message: `\`${name}\` is ${isFunction ? 'a function of the robot' : 'a name of the language'}.`,
          hint: `Use another name, as \`my${name[0].toUpperCase()}${name.slice(1)}\`.`,
        };
      });
  }

  /** The block's names as later blocks see them; what cannot be said in a declaration is a finding. */
  #declarations(built: BuiltProgram, findings: Finding[], context: MessageContext): string {
    const unsayable = built.program.getDeclarationDiagnostics(built.file);
    findings.push(...unsayable.map((diagnostic) => findingOf(diagnostic, context)));
    let text = '';
    built.program.emit(
      built.file,
      (_path, content) => {
        text = content;
      },
      undefined,
      true,
    );
    return text;
  }
}

function isError(entry: { readonly severity: 'error' | 'warning' }): boolean {
  return entry.severity === 'error';
}

/** Ours that make what the compiler says on the same line an echo. */
const SAYS_IT_ALL = /^(FORBIDDEN|IMPORT|EXPORT|RESERVED)/;

/** One finding per place: ours come first, and say more than the compiler's. */
function withoutDoubles(findings: readonly Finding[], file: ts.SourceFile): Finding[] {
  const lineOf = (finding: Finding) => file.getLineAndCharacterOfPosition(finding.start).line;
  const settledLines = new Set(findings.filter(({ code }) => SAYS_IT_ALL.test(code)).map(lineOf));
  const exports = findings.some(({ code }) => code === 'EXPORT');
  const seen = new Set<number>();
  return findings.filter((finding) => {
    const ofCompiler = finding.code.startsWith('TS');
    const echo = ofCompiler && (settledLines.has(lineOf(finding)) || (exports && finding.code === 'TS2323'));
    const double = ofCompiler && seen.has(finding.start);
    seen.add(finding.start);
    return !echo && !double;
  });
}

/** Names a .d.ts text exports. */
function exportsOf(declarations: string): string[] {
  return [...declarations.matchAll(/^export (?:declare )?(?:function|const|type|interface|class) (\w+)/gm)].map(
    (m) => m[1],
  );
}

function timeBudget(ms: number, workMs: () => number): ts.CancellationToken {
  const end = workMs() + ms;
  const spent = () => workMs() > end;
  return {
    isCancellationRequested: spent,
    throwIfCancellationRequested: () => {
      if (spent()) throw new ts.OperationCanceledException();
    },
  };
}
