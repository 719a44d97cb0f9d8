// Owns the error of mesh files that cannot be read. Must never know a file system.

export type MeshFileErrorCode = 'MESH_MISSING' | 'MESH_BROKEN' | 'MESH_UNSUPPORTED' | 'MESH_AMBIGUOUS';

/** A mesh file that is missing, damaged or of a kind this product cannot read. Nothing was moved or changed by it. */
export class MeshFileError extends Error {
  override readonly name = 'MeshFileError';
  readonly code: MeshFileErrorCode;
  /** Name of the file as it was asked for. */
  readonly file: string;
  readonly hint: string;
  readonly retryable = false;

  constructor(
    code: MeshFileErrorCode,
    file: string,
    problem: string,
    hint: string,
    options?: { readonly cause?: unknown },
  ) {
    super(`${file}: ${problem}`, options);
    this.code = code;
    this.file = file;
    this.hint = hint;
  }
}

export const EXPORT_AGAIN = 'export the file again, triangulated and in metres, from the program that made it';
