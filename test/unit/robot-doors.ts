// Owns the search for code that could move a robot: every place that reads `execute`, `servo`, `moveGripper`, `advance` or
// `rest` off something that is a Robot to the type checker, and every place that passes a Robot off as something else with such a
// method. It looks at types, not at names of variables, so aliases, slices and destructuring are seen. Must never look at the tests: they may drive a robot of their own.

import { relative } from 'node:path';
import ts from 'typescript';

const METHODS: ReadonlySet<string> = new Set(['execute', 'servo', 'moveGripper', 'advance', 'rest']);

export interface Door {
  /** Path from the root, with forward slashes. */
  readonly file: string;
  readonly line: number;
  readonly method: string;
  readonly text: string;
}

/**
 * Every door in these files, in order.
 * @param overlay texts of files that are not on disk, by full path
 */
export function findDoors(
  root: string,
  files: readonly string[],
  overlay: ReadonlyMap<string, string> = new Map(),
): Door[] {
  const port = `${root}drivers/robot.ts`;
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    jsx: ts.JsxEmit.Preserve,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (path) => overlay.get(path) ?? readFile(path);
  host.fileExists = (path) => overlay.has(path) || fileExists(path);
  const program = ts.createProgram({ rootNames: [...files, port], options, host });
  const checker = program.getTypeChecker();
  const robotType = portType(program.getSourceFile(port), checker);

  /** A type is a robot when one of its parts is assignable to the port, or when nothing is known about it. */
  const isRobot = (type: ts.Type): boolean => {
    if (type.flags & ts.TypeFlags.Any) return true;
    const bound = checker.getBaseConstraintOfType(type) ?? type;
    if (bound.isUnion()) return bound.types.some(isRobot);
    return (
      checker.isTypeAssignableTo(bound, robotType) && !(bound.flags & (ts.TypeFlags.Never | ts.TypeFlags.Undefined))
    );
  };
  /** True when the property, whatever type it is seen through, was declared by the port. */
  const isOfPort = (type: ts.Type, method: string): boolean => {
    const bound = checker.getBaseConstraintOfType(type) ?? type;
    const parts = bound.isUnion() ? bound.types : [bound];
    return parts.some((part) =>
      (part.getProperty(method)?.declarations ?? []).some(
        (declaration) => declaration.getSourceFile().fileName === port && ts.isInterfaceDeclaration(declaration.parent),
      ),
    );
  };

  const doors: Door[] = [];
  for (const file of files) {
    const source = program.getSourceFile(file);
    if (source === undefined) throw new Error(`${file} could not be read`);
    const add = (node: ts.Node, method: string) => {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      const text = node.getText().split('\n')[0];
      doors.push({ file: relative(root, file).replaceAll('\\', '/'), line: line + 1, method, text });
    };
    const note = (node: ts.Node, holder: ts.Node, method: string | undefined) => {
      if (method === undefined || !METHODS.has(method)) return;
      const type = checker.getTypeAtLocation(holder);
      if (!isRobot(type) && !isOfPort(type, method)) return;
      add(node, method);
    };
    /** A robot handed to where a permit, or the like, is expected. */
    const noteDisguise = (node: ts.Expression) => {
      const wanted = checker.getContextualType(node);
      if (wanted === undefined || wanted.flags & ts.TypeFlags.Any) return;
      const method = [...METHODS].find((name) => wanted.getProperty(name) !== undefined && !isOfPort(wanted, name));
      if (method !== undefined && !isRobot(wanted) && isRobot(checker.getTypeAtLocation(node))) add(node, method);
    };
    const visit = (node: ts.Node): void => {
      if (canHoldRobot(node)) noteDisguise(node);
      if (ts.isPropertyAccessExpression(node)) note(node, node.expression, node.name.text);
      else if (ts.isElementAccessExpression(node)) {
        for (const name of namesOf(checker.getTypeAtLocation(node.argumentExpression)))
          note(node, node.expression, name);
      } else if (ts.isObjectBindingPattern(node)) {
        for (const element of node.elements) note(element, node, (element.propertyName ?? element.name).getText());
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return doors;
}

/** The kinds of expression whose value can be a robot. */
function canHoldRobot(node: ts.Node): node is ts.Expression {
  if (ts.isIdentifier(node)) return ts.isExpression(node) && !ts.isTypeNode(node.parent);
  return (
    node.kind === ts.SyntaxKind.ThisKeyword ||
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node) ||
    ts.isCallExpression(node) ||
    ts.isNewExpression(node) ||
    ts.isAwaitExpression(node)
  );
}

function portType(source: ts.SourceFile | undefined, checker: ts.TypeChecker): ts.Type {
  const declaration = source?.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === 'Robot',
  );
  if (declaration === undefined) throw new Error('drivers/robot.ts no longer declares the interface Robot');
  return checker.getTypeAtLocation(declaration);
}

/** The property names that an index of this type can stand for, as far as the checker knows them. */
function namesOf(type: ts.Type): string[] {
  if (type.isUnion()) return type.types.flatMap(namesOf);
  return type.isStringLiteral() ? [type.value] : [];
}
