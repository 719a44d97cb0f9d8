// Owns the summary of what a program does, read from its text: calls, objects, modules, loops. The approval card shows it.
// Must never leave a call out: what cannot be told from the text is said to be unknown.

import ts from 'typescript';
import type { PolicyApi } from '../api/definition.ts';
import type { CallEffect, EffectsSummary, LoopEffect } from './check-result.ts';
import { type Finding, findingAt } from './finding.ts';
import { ownStatements } from './program-builder.ts';

export const NO_EFFECTS: EffectsSummary = { calls: [], objectNames: [], computedNameLines: [], imports: [], loops: [] };

interface CallSite {
  readonly name: string;
  readonly line: number;
  readonly repeated: 'yes' | 'no';
}

function isLoop(node: ts.Node): node is ts.IterationStatement {
  return ts.isIterationStatement(node, false);
}

function isUnbounded(loop: ts.IterationStatement): boolean {
  if (ts.isWhileStatement(loop) || ts.isDoStatement(loop)) return true;
  return ts.isForStatement(loop) && loop.condition === undefined;
}

/** An await that runs each time round, not one of a function that is only declared there. */
function waitsInside(node: ts.Node): boolean {
  if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false;
  if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) return true;
  return ts.forEachChild(node, (child) => waitsInside(child) || undefined) ?? false;
}

export interface Effects {
  readonly summary: EffectsSummary;
  readonly warnings: readonly Finding[];
}

/** @param isApi whether a called name is the API's own, not one the program has declared */
export function readEffects(
  file: ts.SourceFile,
  api: PolicyApi,
  program: { readonly sourceLength: number; readonly isApi: (name: ts.Identifier) => boolean },
): Effects {
  const functions = new Map(api.functions.map((definition) => [definition.name, definition]));
  const sites: CallSite[] = [];
  const objectNames = new Set<string>();
  const computedNameLines: number[] = [];
  const imports = new Set<string>();
  const loops: LoopEffect[] = [];
  const warnings: Finding[] = [];
  const lineAt = (offset: number) => file.getLineAndCharacterOfPosition(offset).line + 1;

  const readName = (node: ts.Identifier, repeated: CallSite['repeated']) => {
    const definition = functions.get(node.text);
    if (!definition || !program.isApi(node)) return;
    const line = lineAt(node.getStart(file));
    sites.push({ name: definition.name, line, repeated });
    const call = ts.isCallExpression(node.parent) && node.parent.expression === node ? node.parent : undefined;
    const position = definition.parameters.findIndex((parameter) => parameter.name === 'name');
    if (position < 0) return;
    const argument = call?.arguments[position];
    if (argument && ts.isStringLiteralLike(argument)) objectNames.add(argument.text);
    else computedNameLines.push(line);
  };

  const readLoop = (node: ts.IterationStatement) => {
    const kind = isUnbounded(node) ? 'unbounded' : 'bounded';
    const waits = ts.forEachChild(node, (child) => waitsInside(child) || undefined) ? 'inside' : 'never';
    loops.push({ line: lineAt(node.getStart(file)), endLine: lineAt(node.getEnd()), kind, waits });
    if (kind === 'unbounded' && waits === 'never') {
      const what = {
        severity: 'warning',
        code: 'LOOP_NEVER_WAITS',
        message:
          'This loop never waits for the robot: if its condition stays true, the block is stopped at its time limit.',
        hint: 'Give it an end that it surely reaches, or await something inside it.',
      } as const;
      warnings.push({ ...findingAt(node, file, what), end: node.getStart(file) + 1 });
    }
  };

  const visit = (node: ts.Node, repeated: CallSite['repeated']) => {
    if (ts.isIdentifier(node)) readName(node, repeated);
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier))
      imports.add(node.moduleSpecifier.text);
    if (isLoop(node)) readLoop(node);
    const inner = isLoop(node) || ts.isFunctionLike(node) ? 'yes' : repeated;
    ts.forEachChild(node, (child) => visit(child, inner));
  };
  for (const statement of ownStatements(file, program.sourceLength)) visit(statement, 'no');

  const calls: CallEffect[] = api.functions.flatMap(({ name, risk }) => {
    const own = sites.filter((site) => site.name === name);
    const lines = [...new Set(own.map((site) => site.line))];
    const repeatedLines = [...new Set(own.filter((site) => site.repeated === 'yes').map((site) => site.line))];
    return own.length > 0 ? [{ name, risk, lines, repeatedLines }] : [];
  });
  return {
    summary: { calls, objectNames: [...objectNames], computedNameLines, imports: [...imports], loops },
    warnings,
  };
}
