// Owns the step from the program's TypeScript to its JavaScript: types become blanks, so that every line and column stays.
// Must never move or add a character of the program.

import { blankSourceFile } from 'ts-blank-space';
import ts from 'typescript';
import { type Finding, findingAt } from './finding.ts';
import { ownStatements } from './program-builder.ts';

/** Names imported without `type` that are types all the same. */
export function importedTypes(
  file: ts.SourceFile,
  checker: ts.TypeChecker,
  sourceLength: number,
): readonly ts.ImportSpecifier[] {
  const isType = (specifier: ts.ImportSpecifier) => {
    const symbol = checker.getSymbolAtLocation(specifier.name);
    if (!symbol) return false;
    const target = (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol;
    return (target.flags & ts.SymbolFlags.Value) === 0;
  };
  return ownStatements(file, sourceLength).flatMap((statement) => {
    const bindings = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : undefined;
    const specifiers = bindings && ts.isNamedImports(bindings) ? [...bindings.elements] : [];
    return specifiers.filter((specifier) => !specifier.isTypeOnly && isType(specifier));
  });
}

/**
 * JavaScript of the first `sourceLength` characters of the file, of the same length.
 * @param typeImports import specifiers to leave out: in JavaScript there is nothing to import
 * @returns findings instead for syntax that cannot be erased
 */
export function eraseTypes(
  file: ts.SourceFile,
  typeImports: readonly ts.ImportSpecifier[],
  sourceLength: number,
): { readonly javascript: string } | { readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  let text = blankSourceFile(file, (node) => {
    const what = {
      code: 'FORBIDDEN_SYNTAX',
      message: 'This is not part of JavaScript and has no type to erase.',
      hint: '',
    };
    findings.push(findingAt(node, file, what));
  }).slice(0, sourceLength);
  if (findings.length > 0) return { findings };
  for (const specifier of typeImports) {
    const start = specifier.getStart(file);
    const end = specifier.end + (/^\s*,/.exec(file.text.slice(specifier.end))?.[0].length ?? 0);
    const blank = text.slice(start, end).replace(/[^\n\r]/g, ' ');
    text = text.slice(0, start) + blank + text.slice(end);
  }
  return { javascript: text };
}
