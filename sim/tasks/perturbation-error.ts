// Owns the error of a perturbation that a task does not allow.

/** The task does not define what a perturbation needs. The message says what to add to its file. */
export class PerturbationError extends Error {
  override readonly name = 'PerturbationError';
}
