// Owns what a program may not contain, whatever its types say: ways out of the sandbox, ways around the type check, and
// syntax that cannot be erased. Must never be the only wall: the sandbox lacks all of these too.

import ts from 'typescript';
import { type Finding, findingAt } from './finding.ts';
import { ownStatements } from './program-builder.ts';

const CODE_FROM_TEXT = 'Write the code itself: programs cannot be made from text here.';
const NO_META = 'Use plain objects and functions.';

/** Names of the language, or of browsers and Node, that a program may not use unless it declares them itself. */
const FORBIDDEN_NAMES = new Map<string, string>([
  ['eval', CODE_FROM_TEXT],
  ['Function', CODE_FROM_TEXT],
  ['globalThis', 'Declare a name at the top level: it stays for the following blocks.'],
  ['window', 'There is no browser here; declare names at the top level.'],
  ['self', 'There is no browser here; declare names at the top level.'],
  ['global', 'Declare a name at the top level: it stays for the following blocks.'],
  ['process', 'There is no operating system here.'],
  ['require', "Write `import { ... } from 'capstan:math'`."],
  ['module', 'Declare names at the top level: they stay for the following blocks.'],
  ['exports', 'Declare names at the top level: they stay for the following blocks.'],
  ['Reflect', NO_META],
  ['Proxy', NO_META],
  ['WebAssembly', CODE_FROM_TEXT],
  ['Atomics', NO_META],
  ['SharedArrayBuffer', 'Use an array.'],
  ['WeakRef', NO_META],
  ['FinalizationRegistry', NO_META],
]);

const FORBIDDEN_PROPERTIES = new Set(['constructor', '__proto__', 'prototype', '__defineGetter__', '__defineSetter__']);

const DIRECTIVE_COMMENT = /(?:\/\/|\/\*)[^\n]*?(@ts-(?:ignore|nocheck|expect-error))/g;

type What = Parameters<typeof findingAt>[2];

function forbiddenProperty(name: string): What {
  return {
    code: 'FORBIDDEN_PROPERTY',
    message: `\`.${name}\` is not allowed.`,
    hint: 'Use the object itself; classes are written with `class`.',
  };
}

/** What is wrong with this node alone, by its kind. */
function wrongSyntax(node: ts.Node): What | undefined {
  switch (node.kind) {
    case ts.SyntaxKind.AnyKeyword:
      return { code: 'ANY_TYPE', message: '`any` switches the type check off.', hint: 'Write the type, or `unknown`.' };
    case ts.SyntaxKind.DebuggerStatement:
      return { code: 'FORBIDDEN_SYNTAX', message: '`debugger` is not allowed.', hint: 'Use console.log.' };
    case ts.SyntaxKind.WithStatement:
      return { code: 'FORBIDDEN_SYNTAX', message: '`with` is not allowed.', hint: 'Name the object.' };
    case ts.SyntaxKind.EnumDeclaration:
      return {
        code: 'FORBIDDEN_SYNTAX',
        message: 'Enums are not allowed.',
        hint: "Use a union of strings: `type Side = 'left' | 'right'`.",
      };
    case ts.SyntaxKind.ModuleDeclaration:
      return { code: 'FORBIDDEN_SYNTAX', message: 'Namespaces are not allowed.', hint: 'Use plain top-level names.' };
    case ts.SyntaxKind.DeclareKeyword:
      return { code: 'FORBIDDEN_SYNTAX', message: '`declare` is not allowed.', hint: 'Define what you need.' };
    case ts.SyntaxKind.ExportKeyword:
    case ts.SyntaxKind.ExportDeclaration:
    case ts.SyntaxKind.ExportAssignment:
      return {
        code: 'EXPORT',
        message: 'A program exports nothing.',
        hint: 'Leave `export` out: every top-level name stays for the following blocks.',
      };
    case ts.SyntaxKind.ImportEqualsDeclaration:
      return { code: 'IMPORT', message: '`import x = ...` is not allowed.', hint: "Write `import { x } from '...'`." };
    case ts.SyntaxKind.MetaProperty:
      return (node as ts.MetaProperty).keywordToken === ts.SyntaxKind.ImportKeyword
        ? { code: 'FORBIDDEN_SYNTAX', message: '`import.meta` is not allowed.', hint: 'A program has no address.' }
        : undefined;
    case ts.SyntaxKind.Decorator:
      return { code: 'FORBIDDEN_SYNTAX', message: 'Decorators are not allowed.', hint: 'Call the function yourself.' };
    case ts.SyntaxKind.TypeAssertionExpression:
      return { code: 'FORBIDDEN_SYNTAX', message: '`<T>x` is not allowed.', hint: 'Write `x as T`.' };
    case ts.SyntaxKind.ImportType:
      return { code: 'IMPORT', message: '`import(...)` types are not allowed.', hint: 'Import the type by name.' };
    default:
      return undefined;
  }
}

function wrongImport(node: ts.ImportDeclaration, specifiers: readonly string[]): What | undefined {
  const specifier = ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : '';
  if (!specifiers.includes(specifier)) {
    return {
      code: 'IMPORT',
      message: `There is no module '${specifier}' here.`,
      hint: `The modules are ${specifiers.map((name) => `'${name}'`).join(', ')}.`,
    };
  }
  if (node.importClause?.name) {
    return {
      code: 'IMPORT',
      message: `'${specifier}' has no default export.`,
      hint: `Write \`import { ... } from '${specifier}'\`.`,
    };
  }
  return undefined;
}

/** A name used as a value or a type, not declared, labelled or selected. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false;
  if ((ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent)) && parent.name === node) return false;
  if ((ts.isPropertySignature(parent) || ts.isPropertyDeclaration(parent)) && parent.name === node) return false;
  if (ts.isMethodSignature(parent) || ts.isGetAccessor(parent) || ts.isSetAccessor(parent)) return parent.name !== node;
  if (ts.isBindingElement(parent) && parent.propertyName === node) return false;
  return true;
}

function isParameterProperty(node: ts.Node): boolean {
  return ts.isParameter(node) && ts.isParameterPropertyDeclaration(node, node.parent);
}

function accessedName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return node.argumentExpression.text;
  }
  if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
    const key = node.propertyName ?? node.name;
    return ts.isIdentifier(key) || ts.isStringLiteralLike(key) ? key.text : undefined;
  }
  return undefined;
}

function wrongName(node: ts.Identifier, isOwn: (name: ts.Identifier) => boolean): What | undefined {
  const hint = FORBIDDEN_NAMES.get(node.text);
  if (hint === undefined || !isUse(node) || isOwn(node)) return undefined;
  return { code: 'FORBIDDEN_NAME', message: `\`${node.text}\` is not available to programs.`, hint };
}

function wrongNode(
  node: ts.Node,
  specifiers: readonly string[],
  isOwn: (name: ts.Identifier) => boolean,
): What | undefined {
  if (ts.isIdentifier(node)) return wrongName(node, isOwn);
  if (ts.isImportDeclaration(node)) return wrongImport(node, specifiers);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return { code: 'IMPORT', message: '`import()` is not allowed.', hint: 'Import at the top of the program.' };
  }
  if (isParameterProperty(node)) {
    return {
      code: 'FORBIDDEN_SYNTAX',
      message: 'Parameter properties are not allowed.',
      hint: 'Declare the field, and assign it in the constructor.',
    };
  }
  const name = accessedName(node);
  if (name !== undefined && FORBIDDEN_PROPERTIES.has(name)) return forbiddenProperty(name);
  if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && node.name.text === '__proto__') {
    return forbiddenProperty('__proto__');
  }
  return wrongSyntax(node);
}

function commentFindings(file: ts.SourceFile, sourceLength: number): Finding[] {
  const findings: Finding[] = [];
  for (const match of file.text.slice(0, sourceLength).matchAll(DIRECTIVE_COMMENT)) {
    const start = match.index + match[0].length - match[1].length;
    findings.push({
      start,
      end: start + match[1].length,
      severity: 'error',
      code: 'FORBIDDEN_COMMENT',
      message: `\`${match[1]}\` would hide errors of the program.`,
      hint: 'Leave the comment out and correct what it hides.',
    });
  }
  const references = [...file.referencedFiles, ...file.typeReferenceDirectives, ...file.libReferenceDirectives];
  for (const { pos, end } of references) {
    findings.push({
      start: pos,
      end,
      severity: 'error',
      code: 'FORBIDDEN_COMMENT',
      message: '`/// <reference>` is not allowed.',
      hint: "Use `import { ... } from 'capstan:...'`.",
    });
  }
  return findings;
}

/**
 * Everything forbidden in a program.
 * @param isOwn whether a name is declared by the program itself or an earlier block
 */
export function forbiddenConstructs(
  file: ts.SourceFile,
  program: {
    readonly sourceLength: number;
    readonly specifiers: readonly string[];
    readonly isOwn: (name: ts.Identifier) => boolean;
  },
): Finding[] {
  const { sourceLength, specifiers, isOwn } = program;
  const findings = commentFindings(file, sourceLength);
  const visit = (node: ts.Node) => {
    const what = wrongNode(node, specifiers, isOwn);
    if (what) findings.push(findingAt(node, file, what));
    else ts.forEachChild(node, visit);
  };
  for (const statement of ownStatements(file, sourceLength)) visit(statement);
  return findings;
}
