// Owns what a program asks for by calling functions that nobody has declared: their names, and how each is used, as far as
// the checker knows. Must never call a slip of the pen a request: a name that nearly is one of ours is an error.

import ts from 'typescript';
import type { FunctionUse, MissingFunction, TopLevelEntry } from './check-result.ts';
import type { Finding } from './finding.ts';
import { ownStatements } from './program-builder.ts';

/** What the compiler says of a name that is nowhere declared. */
const UNKNOWN_NAME = new Set(['TS2304', 'TS2552']);

/**
 * The functions whose declaration would take away every error of the program; undefined when something else is wrong too.
 * @param isSlip whether a name is more likely a known one, written wrong
 */
export function missingFunctions(
  file: ts.SourceFile,
  checker: ts.TypeChecker,
  findings: readonly Finding[],
  sourceLength: number,
  isSlip: (name: string) => boolean,
): MissingFunction[] | undefined {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const nameOf = ({ start, end }: Finding) => file.text.slice(start, end);
  if (errors.length === 0 || errors.some(({ code, start }) => !UNKNOWN_NAME.has(code) || start >= sourceLength)) {
    return undefined;
  }
  const names = [...new Set(errors.map(nameOf))];
  const missing = names.map((name) => ({ name, uses: usesOf(name, file, checker) }));
  return missing.some(({ name, uses }) => uses.length === 0 || isSlip(name)) ? undefined : missing;
}

function usesOf(name: string, file: ts.SourceFile, checker: ts.TypeChecker): FunctionUse[] {
  const uses: FunctionUse[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === name) {
      uses.push(callUse(node, file, checker));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return uses;
}

function callUse(call: ts.CallExpression, file: ts.SourceFile, checker: ts.TypeChecker): FunctionUse {
  const isAwaited = ts.isAwaitExpression(call.parent);
  const whole = isAwaited ? call.parent : call;
  const expected = checker.getContextualType(whole as ts.Expression);
  return {
    line: file.getLineAndCharacterOfPosition(call.getStart(file)).line + 1,
    text: whole.getText(file),
    argumentTypes: call.arguments.map((one) => {
      const type = checker.getBaseTypeOfLiteralType(checker.getTypeAtLocation(one));
      return checker.typeToString(type, call, ts.TypeFormatFlags.NoTruncation);
    }),
    isAwaited,
    resultType: ts.isExpressionStatement(whole.parent)
      ? 'void'
      : expected === undefined
        ? undefined
        : checker.typeToString(expected, call, ts.TypeFormatFlags.NoTruncation),
  };
}

/** What stands at the top of the program's own text, in its order. */
export function topLevel(file: ts.SourceFile, sourceLength: number): TopLevelEntry[] {
  return ownStatements(file, sourceLength).map((statement) => ({
    line: file.getLineAndCharacterOfPosition(statement.getStart(file)).line + 1,
    ...(ts.isImportDeclaration(statement)
      ? { kind: 'import' }
      : ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)
        ? { kind: 'type', name: statement.name.text }
        : ts.isFunctionDeclaration(statement)
          ? { kind: 'function', name: statement.name?.text }
          : { kind: 'statement' }),
  }));
}
