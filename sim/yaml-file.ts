// Owns reading a YAML file of the user: text and schema in, checked data or one error out that names file and line of
// every problem. Must never guess: unknown keys and impossible values are errors.

import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { describeIssues, type Problem } from './yaml-problems.ts';

export type { Problem } from './yaml-problems.ts';

/** The file cannot be used. The message has one line per problem: file:line: what is wrong and how to mend it. */
export class YamlFileError extends Error {
  override readonly name = 'YamlFileError';
}

/**
 * @param findProblems what the schema cannot say, as references between parts
 * @throws YamlFileError
 */
export function parseYamlFile<Schema extends z.ZodType>(
  text: string,
  fileName: string,
  schema: Schema,
  findProblems: (data: z.infer<Schema>) => readonly Problem[] = () => [],
): z.infer<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  // The first fault of the form only: what follows it is often but its echo.
  const [fault] = document.errors;
  if (fault !== undefined) {
    throw new YamlFileError(`${fileName}:${lineAt(fault.pos[0])}: this is not valid YAML: ${fault.message}`);
  }
  visit(document, {
    Alias: (_, alias) => {
      const line = lineAt(alias.range?.[0] ?? 0);
      throw new YamlFileError(`${fileName}:${line}: the alias *${alias.source} is not allowed; write the value out`);
    },
  });
  const lineOf = (path: readonly PropertyKey[]) => {
    let node: unknown = document.contents;
    let offset = 0;
    for (const key of path) {
      let next: unknown;
      if (isMap(node)) {
        const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
        next = pair?.value ?? pair?.key;
      } else if (isSeq(node)) next = node.items[Number(key)];
      if (next === undefined || next === null) break;
      node = next;
      offset = (node as Node).range?.[0] ?? offset;
    }
    return lineAt(offset);
  };
  const data: unknown = document.toJS();
  const parsed = schema.safeParse(data);
  const problems = parsed.success ? findProblems(parsed.data) : describeIssues(parsed.error.issues, data);
  if (!parsed.success || problems.length > 0) {
    const found = problems.map(({ path, text }) => ({ line: lineOf(path), text }));
    found.sort((one, other) => one.line - other.line);
    throw new YamlFileError(found.map(({ line, text }) => `${fileName}:${line}: ${text}`).join('\n'));
  }
  return parsed.data;
}
