// Owns the words for what the compiler finds: short, plain, with what to write instead.
// Must never change what is wrong, only how it is said.

import ts from 'typescript';
import { ASK_NAMES } from '../api/ask-functions.ts';
import { signatureText } from '../api/declarations.ts';
import type { PolicyApi } from '../api/definition.ts';
import { namedTypes } from '../api/policy-api.ts';
import type { Finding } from './finding.ts';

/** The module most programs use. */
const PLAIN_MODULE = 'capstan:math';

/** Names that programs bring along from elsewhere, and what stands for them here. */
const ELSEWHERE = new Map<string, string>([
  ['setTimeout', 'Write `await sleep(seconds)`.'],
  ['setInterval', 'Write a loop with `await sleep(seconds)`.'],
  ['print', 'Write `console.log(...)`.'],
  ['np', "Vectors and matrices: `import { ... } from 'capstan:math'`."],
  ['numpy', "Vectors and matrices: `import { ... } from 'capstan:math'`."],
  ['math', 'Write `Math`, or import from `capstan:math`.'],
  ['fetch', 'There is no network here.'],
  ['performance', 'Robot time: `Date.now()` in milliseconds.'],
  ['structuredClone', 'Write `JSON.parse(JSON.stringify(value))`.'],
  ['None', 'Write `null`.'],
  ['True', 'Write `true`.'],
  ['False', 'Write `false`.'],
]);

/** Questions are there only where somebody can answer. */
const NO_MODEL_HINT =
  'This session has no model to ask: start it with one, as in --policy model --model anthropic:NAME.';

function distanceBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

/** Words of a name in any style: get_object_pose and getObjectPose are the same. */
function folded(name: string): string {
  return name.replace(/_/g, '').toLowerCase();
}

function nearestNames(name: string, known: readonly string[]): string[] {
  const scored = known.map((candidate) => ({ candidate, score: distanceBetween(folded(name), folded(candidate)) }));
  const limit = Math.max(2, Math.floor(name.length / 2));
  return scored
    .filter(({ candidate, score }) => score <= limit || folded(candidate).includes(folded(name)))
    .sort((a, b) => a.score - b.score)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

const quoted = (text: string) => [...text.matchAll(/'([^']*)'/g)].map((match) => match[1]);

interface Rewrite {
  readonly message?: string;
  readonly hint: string;
}

export interface MessageContext {
  readonly api: PolicyApi;
  /** Names of earlier blocks. */
  readonly sessionNames: readonly string[];
  /** Exports of the modules, by specifier. */
  readonly moduleNames: ReadonlyMap<string, readonly string[]>;
  readonly file: ts.SourceFile;
}

function unknownName(text: string, context: MessageContext): Rewrite {
  const [name] = quoted(text);
  const elsewhere = ELSEWHERE.get(name) ?? (ASK_NAMES.includes(name) ? NO_MODEL_HINT : undefined);
  const message = `There is no \`${name}\` here.`;
  if (elsewhere) return { message, hint: elsewhere };
  // Where several modules have it, the plainest one comes first.
  const modules = [...context.moduleNames].sort(([a], [b]) => Number(b === PLAIN_MODULE) - Number(a === PLAIN_MODULE));
  for (const [specifier, names] of modules) {
    if (names.includes(name)) return { message, hint: `Write \`import { ${name} } from '${specifier}';\`.` };
  }
  const functions = context.api.functions.map((definition) => definition.name);
  const near = nearestNames(name, [...functions, ...context.sessionNames]);
  if (near.length > 0) return { message, hint: `Did you mean ${near.map((n) => `\`${n}\``).join(' or ')}?` };
  return { message, hint: `Declare it first. The functions are ${functions.join(', ')}.` };
}

/** Letters by which a name may differ from a known one and still be meant as it. */
const SLIP_LETTERS = 2;

/** Whether a name that is not there is likely meant as one that is, or as something that programs elsewhere have. */
export function isSlip(name: string, { api, sessionNames, moduleNames }: MessageContext): boolean {
  if (
    ELSEWHERE.has(name) ||
    ASK_NAMES.includes(name) ||
    [...moduleNames.values()].some((names) => names.includes(name))
  )
    return true;
  const own = folded(name);
  return (
    api.functions.some(
      (one) => distanceBetween(folded(one.name), own) <= Math.min(SLIP_LETTERS, one.name.length / 4),
    ) ||
    // Of a program's own names, \`moveX\` and \`moveY\` are two; a letter too few or too many is a slip.
    sessionNames.some((one) => one.length !== name.length && distanceBetween(folded(one), own) <= 1)
  );
}

function missingExport(text: string, context: MessageContext): Rewrite {
  const [specifier, name] = quoted(text.replace(/"/g, ''));
  const names = context.moduleNames.get(specifier) ?? [];
  const near = nearestNames(name ?? '', names);
  const hint =
    near.length > 0 ? `Did you mean ${near.map((n) => `\`${n}\``).join(' or ')}?` : `It has ${names.join(', ')}.`;
  return { message: `'${specifier}' has no \`${name}\`.`, hint };
}

/** The API function whose call surrounds a place, as its signature. */
function signatureAt(start: number, context: MessageContext): string | undefined {
  let found: string | undefined;
  const visit = (node: ts.Node) => {
    if (start < node.getStart(context.file) || start > node.getEnd()) return;
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const { text } = node.expression;
      const definition = context.api.functions.find((candidate) => candidate.name === text);
      if (definition) found = signatureText(definition, namedTypes(context.api));
    }
    ts.forEachChild(node, visit);
  };
  visit(context.file);
  return found;
}

function wrongType(text: string, start: number, context: MessageContext): Rewrite {
  if (/\bPromise</.test(text.split('\n')[0]) && !/to (?:parameter of )?type 'Promise</.test(text)) {
    return { hint: 'Write `await` before the call that gives the Promise.' };
  }
  if (/type 'number\[\]'/.test(text)) {
    const target = /to (?:parameter of )?type '(?:Readonly<)?(Vec3|Quat)/.exec(text)?.[1] ?? 'Vec3';
    const parts = target === 'Quat' ? 'w, x, y, z' : 'x, y, z';
    return { hint: `Say how many numbers there are: \`const p: ${target} = [${parts}];\`.` };
  }
  const signature = signatureAt(start, context);
  return { hint: signature ? `The function is ${signature}.` : '' };
}

function missingProperty(text: string): Rewrite {
  const [property, type] = quoted(text);
  if (type?.startsWith('Promise<')) {
    return {
      message: `This is a Promise, which has no \`${property}\`.`,
      hint: 'Write `await` before the call that gives the Promise, in parentheses: `(await f()).x`.',
    };
  }
  const suggestion = quoted(text.split('Did you mean')[1] ?? '')[0];
  return { hint: suggestion ? `Did you mean \`${suggestion}\`?` : `The type is ${type}.` };
}

/** What to say about one of the compiler's findings; undefined leaves its words as they are. */
function rewrite(code: number, text: string, start: number, context: MessageContext): Rewrite | undefined {
  switch (code) {
    case 2304: // cannot find name
    case 2552: // cannot find name, did you mean
    case 2580: // cannot find name, types for node
    case 2584: // cannot find name, change your lib
    case 2693: // only refers to a type
    case 18004: // no value for the shorthand property
      return unknownName(text, context);
    case 2305: // module has no exported member
    case 2724: // module has no exported member, did you mean
      return missingExport(text, context);
    case 2322: // not assignable
    case 2345: // argument not assignable
    case 2769: // no overload matches
      return wrongType(text, start, context);
    case 2339: // property does not exist
    case 2551: // property does not exist, did you mean
      return missingProperty(text);
    case 2561: // unknown property in an object literal, did you mean
      return { hint: `Did you mean \`${quoted(text.split('Did you mean')[1] ?? '')[0]}\`?` };
    case 2353: // unknown property in an object literal
    case 2554: // wrong number of arguments
    case 2555: {
      const signature = signatureAt(start, context);
      return { hint: signature ? `The function is ${signature}.` : '' };
    }
    case 18046: // is of type unknown
      return {
        hint: 'Ask what it is first: `if (error instanceof PolicyError) console.log(error.code, error.hint);`.',
      };
    case 7006: // parameter implicitly has an any type
    case 7031:
      return { hint: 'Write its type, as `(name: string) => ...`.' };
    case 2588: // cannot assign to a constant
    case 2632: // cannot assign to an import
    case 2540: // read-only property
      return {
        message: text.replace('because it is an import.', 'because an earlier block declared it constant.'),
        hint: 'Use a new name, or declare it with `let`.',
      };
    case 2448: // used before its declaration
    case 2454:
    case 7022: {
      const [name] = quoted(text);
      return context.sessionNames.includes(name)
        ? { hint: `This block declares \`${name}\` anew, which hides the earlier one: choose another name.` }
        : { hint: 'Move the declaration up.' };
    }
    case 2451: // redeclared
    case 2300:
      return { hint: 'Use another name for one of them.' };
    case 18047: // possibly null
    case 18048: // possibly undefined
    case 2531:
    case 2532:
      return { hint: 'Look whether it is there first: `if (x === undefined) throw new Error(...)`.' };
    case 1108: // return outside a function
      return {
        message: '`return` at the top level of a program is not allowed.',
        hint: 'Use if/else, or put the code into a function.',
      };
    case 1308: // await in a function that is not async
      return { hint: 'Write `async` before the function, and `await` where it is called.' };
    default:
      return undefined;
  }
}

/** The compiler's finding in our words. */
export function findingOf(diagnostic: ts.Diagnostic, context: MessageContext): Finding {
  const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
  const start = diagnostic.start ?? 0;
  const rewritten = rewrite(diagnostic.code, text, start, context);
  return {
    start,
    end: start + (diagnostic.length ?? 0),
    severity: 'error',
    code: `TS${diagnostic.code}`,
    message: rewritten?.message ?? text,
    hint: rewritten?.hint ?? '',
  };
}
