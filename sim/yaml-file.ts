// Owns reading a YAML file of the user: text and schema in, checked data or one error out that names file and line of
// every problem. Must never guess: unknown keys and impossible values are errors.

import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';

/** The file cannot be used. The message has one line per problem: file:line: what is wrong and how to mend it. */
export class YamlFileError extends Error {
  override readonly name = 'YamlFileError';
}

export interface Problem {
  /** Keys and indices that lead to the place. */
  readonly path: readonly PropertyKey[];
  readonly text: string;
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
  if (document.errors.length > 0) {
    throw new YamlFileError(
      document.errors
        .map((error) => `${fileName}:${lines.linePos(error.pos[0]).line}: this is not valid YAML: ${error.message}`)
        .join('\n'),
    );
  }
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
    return lines.linePos(offset).line;
  };
  const parsed = schema.safeParse(document.toJS());
  const problems: readonly Problem[] = parsed.success ? findProblems(parsed.data) : schemaProblems(parsed.error);
  if (!parsed.success || problems.length > 0) {
    throw new YamlFileError(problems.map(({ path, text }) => `${fileName}:${lineOf(path)}: ${text}`).join('\n'));
  }
  return parsed.data;
}

function schemaProblems(error: z.ZodError): Problem[] {
  return error.issues.map((issue) => {
    const place = issue.path.length === 0 ? 'the file' : issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys') {
      const path = [...issue.path, issue.keys[0]];
      return { path, text: `${place}: ${issue.message}; remove it, or check its spelling` };
    }
    return { path: issue.path, text: `${place}: ${issue.message}` };
  });
}
