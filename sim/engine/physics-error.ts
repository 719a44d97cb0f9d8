// Owns the one error of the physics engine.

export type PhysicsErrorCode = 'INVALID_MODEL' | 'DIVERGED' | 'DISPOSED' | 'SNAPSHOT_MISMATCH';

/** The engine could not load, step or restore. After DIVERGED the state is worthless: restore a snapshot or reset. */
export class PhysicsError extends Error {
  override readonly name = 'PhysicsError';
  readonly code: PhysicsErrorCode;
  readonly hint: string;

  constructor(code: PhysicsErrorCode, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}
