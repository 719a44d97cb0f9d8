// Owns the host's side of an API call: JSON in, validated arguments to the implementation, checked JSON out.
// Must never pass a value the definition does not allow, in either direction, nor an error that names host internals.

import { packedJson } from '../sandbox/packed-json.ts';
import type { PolicyApi } from './definition.ts';
import { type ApiErrorJson, apiErrorOf, PolicyError } from './errors.ts';
import type { ApiCall } from './implementation.ts';
import { orderHint } from './plausible.ts';
import { validateArguments } from './validation.ts';

/** Longest arguments or result of one call, in characters of JSON. */
const MAX_JSON_LENGTH = 4_000_000;

/** The functions by name, as the dispatcher calls them; `HighLevelImplementation` is one. */
export type ApiImplementation = {
  readonly [name: string]: ((args: never, call: ApiCall) => Promise<unknown>) | undefined;
};

type CarryOut = (args: Readonly<Record<string, unknown>>, call: ApiCall) => Promise<unknown>;

export type ApiReply =
  | { readonly ok: true; readonly resultJson: string }
  | { readonly ok: false; readonly error: ApiErrorJson };

export interface ApiDispatcher {
  /**
   * Answers one call; never rejects.
   * @param argsJson JSON array of the arguments in order
   * @returns `resultJson` is empty for functions that give back nothing
   */
  dispatch(name: string, argsJson: string, signal?: AbortSignal): Promise<ApiReply>;
}

function refuse(code: string, message: string, hint: string): PolicyError {
  return new PolicyError({ code, stage: 'code', message, hint });
}

function parseArguments(name: string, argsJson: string): unknown[] {
  if (argsJson.length > MAX_JSON_LENGTH) {
    throw refuse('INVALID_ARGUMENT', `${name}: the arguments are too large. Nothing moved.`, 'Pass less data.');
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(argsJson);
  } catch (cause) {
    throw new PolicyError(
      {
        code: 'INVALID_ARGUMENT',
        stage: 'code',
        message: `${name}: the arguments are no JSON.`,
        hint: 'Pass plain values.',
      },
      { cause },
    );
  }
  if (!Array.isArray(parsed)) throw refuse('INVALID_ARGUMENT', `${name}: no list of arguments.`, 'Pass plain values.');
  return parsed;
}

/** Failures of a motion that an orientation in the wrong order may be the cause of. */
const PERHAPS_THE_ORDER = new Set(['UNREACHABLE', 'PATH_BLOCKED', 'INVALID_ARGUMENT']);

/** Says so when an orientation looks as if its numbers were x, y, z, w. */
function withOrderHint(thrown: unknown, args: unknown): unknown {
  if (!(thrown instanceof PolicyError) || !PERHAPS_THE_ORDER.has(thrown.code)) return thrown;
  const order = orderHint(args);
  return order === undefined ? thrown : new PolicyError({ ...thrown.toJson(), hint: order }, { cause: thrown });
}

/**
 * Binds an API to what carries it out.
 * @param onInternalError told of every failure that is no `PolicyError`, for the host's log: the program sees only
 *   INTERNAL, without its text
 * @throws RangeError when a function of the API has no implementation
 */
export function createApiDispatcher(
  api: PolicyApi,
  implementation: ApiImplementation,
  onInternalError: (error: unknown) => void,
): ApiDispatcher {
  const functions = new Map(
    api.functions.map((definition) => {
      const carryOut = implementation[definition.name];
      if (!carryOut) throw new RangeError(`the implementation lacks ${definition.name}`);
      // `never` arguments: validateArguments has checked them against the definition both sides were written to.
      return [definition.name, { definition, carryOut: carryOut as CarryOut }];
    }),
  );
  const never = new AbortController().signal;

  async function answer(name: string, argsJson: string, signal: AbortSignal): Promise<string> {
    const bound = functions.get(name);
    if (!bound) throw refuse('UNKNOWN_FUNCTION', `There is no function ${name}.`, 'Use the functions of this API.');
    const { definition, carryOut } = bound;
    const args = validateArguments(definition, parseArguments(name, argsJson));
    signal.throwIfAborted();
    const result = await carryOut.call(implementation, args, { signal }).catch((thrown: unknown) => {
      throw withOrderHint(thrown, args);
    });
    if (definition.result === null) return '';
    const checked = definition.result.schema.safeParse(result);
    if (!checked.success) {
      throw new Error(`the implementation of ${name} gave back a wrong value: ${checked.error.message}`);
    }
    return packedJson(checked.data);
  }

  return {
    async dispatch(name, argsJson, signal = never) {
      try {
        return { ok: true, resultJson: await answer(name, argsJson, signal) };
      } catch (thrown) {
        const error = apiErrorOf(thrown);
        if (error.code === 'INTERNAL') onInternalError(thrown);
        return { ok: false, error };
      }
    },
  };
}
