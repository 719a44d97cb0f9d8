// Owns the words of anything thrown, as they are shown.

export function describeCause(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** What to do about it, where the error knows. */
export function hintOf(cause: unknown): string {
  const hint: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'hint') : undefined;
  return typeof hint === 'string' ? hint : '';
}
