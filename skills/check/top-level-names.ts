// Owns the top-level names of a program: which there are, and how they reach later blocks.
// Must never change a line of the program.

import ts from 'typescript';
import type { ExportedName } from './check-result.ts';

/** The export that carries the setters of `let` names; no identifier a program may declare. */
const ASSIGN_EXPORT = '$assign';

function bindingNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : bindingNames(element.name)));
}

/** `var` names of nested statements; functions keep theirs to themselves. */
function hoistedNames(node: ts.Node): string[] {
  if (ts.isFunctionLike(node) || ts.isClassLike(node)) return [];
  const own =
    ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) === 0
      ? node.declarations.flatMap((declaration) => bindingNames(declaration.name))
      : [];
  const inner: string[] = [];
  ts.forEachChild(node, (child) => {
    inner.push(...hoistedNames(child));
  });
  return [...own, ...inner];
}

function namesOf(statement: ts.Statement): ExportedName[] {
  const as = (kind: ExportedName['kind'], names: readonly string[]) => names.map((name) => ({ name, kind }));
  if (ts.isVariableStatement(statement)) {
    const { declarationList } = statement;
    const kind = (declarationList.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Const ? 'constant' : 'variable';
    return as(
      kind,
      declarationList.declarations.flatMap((declaration) => bindingNames(declaration.name)),
    );
  }
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
    return statement.name ? as('constant', [statement.name.text]) : [];
  }
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
    return as('type', [statement.name.text]);
  if (ts.isImportDeclaration(statement)) return importedNames(statement);
  return [];
}

function importedNames(statement: ts.ImportDeclaration): ExportedName[] {
  const clause = statement.importClause;
  if (!clause) return [];
  const typeOnly = clause.phaseModifier === ts.SyntaxKind.TypeKeyword;
  const bindings = clause.namedBindings;
  const specifiers = bindings && ts.isNamedImports(bindings) ? [...bindings.elements] : [];
  const names = specifiers.map((specifier) => ({
    name: specifier.name.text,
    kind: typeOnly || specifier.isTypeOnly ? ('type' as const) : ('constant' as const),
  }));
  if (bindings && ts.isNamespaceImport(bindings)) names.push({ name: bindings.name.text, kind: 'constant' });
  return names;
}

/** Every top-level name once; a type and a value of the same name count as the value. */
export function topLevelNames(file: ts.SourceFile): ExportedName[] {
  const byName = new Map<string, ExportedName>();
  for (const entry of file.statements.flatMap(namesOf)) {
    const known = byName.get(entry.name);
    if (!known || known.kind === 'type') byName.set(entry.name, entry);
  }
  return [...byName.values()];
}

/**
 * Every name that hides one of an earlier block: the top-level ones, and each `var` of a nested statement, which reaches
 * the top level of the block but not later blocks.
 */
export function hidingNames(file: ts.SourceFile): Set<string> {
  return new Set([...topLevelNames(file).map((entry) => entry.name), ...file.statements.flatMap(hoistedNames)]);
}

/** TypeScript that makes the names of a block importable by later ones; follows the program's own text. */
export function exportText(names: readonly ExportedName[]): string {
  return `export { ${names.map((entry) => entry.name).join(', ')} };`;
}

/** JavaScript that hands the values of a block to the sandbox; follows the program's own text. */
export function publicationText(names: readonly ExportedName[]): string {
  const values = names.filter((entry) => entry.kind !== 'type');
  const setters = values
    .filter((entry) => entry.kind === 'variable')
    .map(({ name }) => `${name}: (${name}_) => { ${name} = ${name}_; }`);
  const assign = setters.length > 0 ? ` export const ${ASSIGN_EXPORT} = { ${setters.join(', ')} };` : '';
  return `${exportText(values)}${assign}`;
}
