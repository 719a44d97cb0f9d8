// Owns how the console says no: a code, what happened, whether the arm is still, what to do next. Must never hold a key or
// a path that a window does not know already.

/** What was asked is not done; nothing has changed. */
export class ConsoleRefusal extends Error {
  override readonly name = 'ConsoleRefusal';
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** Something that went wrong, as the state shows it. */
export interface ConsoleProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** An error of any kind as a problem in words. */
export function problemOf(error: unknown): ConsoleProblem {
  if (!(error instanceof Error)) return { code: 'INTERNAL', message: String(error), hint: '' };
  const text = (key: string): string | undefined => {
    const value: unknown = Reflect.get(error, key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return { code: text('code') ?? 'INTERNAL', message: error.message, hint: text('hint') ?? '' };
}
