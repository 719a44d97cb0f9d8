// Owns the rule that everything a robot does is awaited: promises that nobody waits for, and loops that never wait.
// Must never complain about a promise that is returned, collected or awaited later.

import ts from 'typescript';
import { type Finding, findingAt } from './finding.ts';
import { ownStatements } from './program-builder.ts';

/** Steps out of wrappers that pass a value on unchanged. */
function valueParent(node: ts.Node): { parent: ts.Node; child: ts.Node } {
  let child = node;
  let { parent } = node;
  for (;;) {
    const passesOn =
      ts.isParenthesizedExpression(parent) ||
      ts.isAsExpression(parent) ||
      ts.isSatisfiesExpression(parent) ||
      ts.isNonNullExpression(parent) ||
      (ts.isConditionalExpression(parent) && parent.condition !== child) ||
      (ts.isBinaryExpression(parent) && passesRight(parent, child));
    if (!passesOn) return { parent, child };
    child = parent;
    parent = parent.parent;
  }
}

function passesRight(binary: ts.BinaryExpression, child: ts.Node): boolean {
  const kind = binary.operatorToken.kind;
  if (kind === ts.SyntaxKind.CommaToken) return binary.right === child;
  return (
    kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    kind === ts.SyntaxKind.BarBarToken ||
    kind === ts.SyntaxKind.QuestionQuestionToken
  );
}

export class AwaitingRule {
  readonly #checker: ts.TypeChecker;
  readonly #file: ts.SourceFile;
  readonly #findings: Finding[] = [];
  /** Uses of each variable of the program beyond its declaration. */
  readonly #uses: ReadonlyMap<ts.Symbol, number>;

  constructor(checker: ts.TypeChecker, file: ts.SourceFile, sourceLength: number) {
    this.#checker = checker;
    this.#file = file;
    this.#uses = countUses(checker, file, sourceLength);
  }

  findings(sourceLength: number): readonly Finding[] {
    const visit = (node: ts.Node) => {
      if (ts.isCallExpression(node)) this.#call(node);
      if (ts.isExpressionStatement(node)) this.#statement(node);
      ts.forEachChild(node, visit);
    };
    for (const statement of ownStatements(this.#file, sourceLength)) visit(statement);
    return this.#findings;
  }

  #call(node: ts.CallExpression): void {
    this.#callbacks(node);
    const type = this.#checker.getTypeAtLocation(node);
    if (this.#isPromiseList(type)) {
      const { parent } = valueParent(node);
      if (ts.isExpressionStatement(parent) || ts.isAwaitExpression(parent)) {
        this.#report(
          node,
          'NOT_AWAITED',
          'Nothing waits for these promises.',
          'Write `await Promise.all(...)` around it.',
        );
      }
    } else if (this.#isPromise(type)) {
      this.#promise(node);
    }
  }

  /** A function that is only named: the parentheses were forgotten. */
  #statement(node: ts.ExpressionStatement): void {
    const target = node.expression;
    if (!ts.isIdentifier(target) && !ts.isPropertyAccessExpression(target)) return;
    if (this.#checker.getTypeAtLocation(target).getCallSignatures().length === 0) return;
    const text = target.getText(this.#file);
    this.#report(node, 'NOT_CALLED', `\`${text}\` is named, but not called.`, `Write \`await ${text}(...)\`.`);
  }

  #promise(node: ts.CallExpression): void {
    const { parent, child } = valueParent(node);
    const text = calleeText(node, this.#file);
    const hint = `Write \`await ${text}(...)\`.`;
    const notAwaited = (message: string) => this.#report(node, 'NOT_AWAITED', message, hint);
    if (ts.isExpressionStatement(parent) || ts.isVoidExpression(parent)) {
      notAwaited(`Nothing waits for ${text}: the program would go on before it is done.`);
    } else if (ts.isVariableDeclaration(parent) && parent.initializer === child && ts.isIdentifier(parent.name)) {
      const symbol = this.#checker.getSymbolAtLocation(parent.name);
      if (symbol && (this.#uses.get(symbol) ?? 0) === 0) {
        notAwaited(`\`${parent.name.text}\` holds a Promise that nothing waits for.`);
      }
    } else if (ts.isTemplateSpan(parent)) {
      notAwaited(`The text would show a Promise, not the result of ${text}.`);
    } else if (ts.isCallExpression(parent) && parent.expression !== child && this.#isConsole(parent)) {
      notAwaited(`This prints a Promise, not the result of ${text}.`);
    } else if (isCondition(parent, child)) {
      notAwaited('A Promise is always true: the result itself is not looked at.');
    }
  }

  /** Async functions given to something that ignores what they return, as forEach. */
  #callbacks(node: ts.CallExpression): void {
    const signature = this.#checker.getResolvedSignature(node);
    node.arguments.forEach((argument, index) => {
      if (!(ts.isArrowFunction(argument) || ts.isFunctionExpression(argument))) return;
      if (!argument.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword)) return;
      const parameter = signature?.parameters[Math.min(index, signature.parameters.length - 1)];
      if (!parameter) return;
      const type = this.#checker.getTypeOfSymbolAtLocation(parameter, node);
      const returns = type.getCallSignatures().map((callback) => callback.getReturnType());
      if (returns.length === 0 || !returns.every((result) => (result.flags & ts.TypeFlags.Void) !== 0)) return;
      const text = calleeText(node, this.#file);
      this.#report(
        argument,
        'NOT_AWAITED',
        `${text} does not wait for an async function: the program would go on before it is done.`,
        'Write a loop: `for (const item of items) { await ...; }`.',
      );
    });
  }

  #isConsole(call: ts.CallExpression): boolean {
    const target = call.expression;
    return (
      ts.isPropertyAccessExpression(target) &&
      ts.isIdentifier(target.expression) &&
      target.expression.text === 'console'
    );
  }

  #isPromise(type: ts.Type): boolean {
    if (type.isUnion()) return type.types.some((part) => this.#isPromise(part));
    return type.getSymbol()?.name === 'Promise' && this.#checker.getPropertyOfType(type, 'then') !== undefined;
  }

  #isPromiseList(type: ts.Type): boolean {
    if (!this.#checker.isArrayType(type)) return false;
    const [element] = this.#checker.getTypeArguments(type as ts.TypeReference);
    return element !== undefined && this.#isPromise(element);
  }

  #report(node: ts.Node, code: string, message: string, hint: string): void {
    this.#findings.push(findingAt(node, this.#file, { code, message, hint }));
  }
}

function isCondition(parent: ts.Node, child: ts.Node): boolean {
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isDoStatement(parent))
    return parent.expression === child;
  if (ts.isConditionalExpression(parent) || ts.isForStatement(parent)) return parent.condition === child;
  return ts.isPrefixUnaryExpression(parent) && parent.operator === ts.SyntaxKind.ExclamationToken;
}

function calleeText(node: ts.CallExpression, file: ts.SourceFile): string {
  const text = node.expression.getText(file);
  return text.length <= 40 && !text.includes('\n') ? text : 'this call';
}

function countUses(checker: ts.TypeChecker, file: ts.SourceFile, sourceLength: number): Map<ts.Symbol, number> {
  const uses = new Map<ts.Symbol, number>();
  const visit = (node: ts.Node) => {
    if (ts.isIdentifier(node) && !(ts.isVariableDeclaration(node.parent) && node.parent.name === node)) {
      const symbol = ts.isShorthandPropertyAssignment(node.parent)
        ? checker.getShorthandAssignmentValueSymbol(node.parent)
        : checker.getSymbolAtLocation(node);
      if (symbol) uses.set(symbol, (uses.get(symbol) ?? 0) + 1);
    }
    ts.forEachChild(node, visit);
  };
  for (const statement of ownStatements(file, sourceLength)) visit(statement);
  return uses;
}
