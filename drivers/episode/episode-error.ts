// Owns the one error type of episode files: writing, reading, recovering. Must never be thrown by EpisodeWriter.record,
// which may stand in the path of a motion.

export type EpisodeErrorCode =
  /** The file does not begin as an MCAP file does. */
  | 'NOT_MCAP'
  /** An MCAP file, but not one of Capstan's. */
  | 'FOREIGN_FILE'
  /** Written by a later version of Capstan, whose format this one does not know. */
  | 'FUTURE_VERSION'
  /** Nothing can be read from the source any more (removed, unreadable, a device error). */
  | 'READ_FAILED'
  /** The file to be written exists already. */
  | 'FILE_EXISTS'
  /** The disk is full. */
  | 'DISK_FULL'
  /** Any other failure of writing. */
  | 'WRITE_FAILED'
  /** There is no ffmpeg that can write the videos of a data set. */
  | 'NO_FFMPEG'
  /** ffmpeg gave up on a video. */
  | 'VIDEO_FAILED'
  /** An episode lacks what an export needs of it, or the episodes do not fit together. */
  | 'NOT_EXPORTABLE';

/** A failure of an episode file. The message says what happened, the hint what to do next. */
export class EpisodeError extends Error {
  override readonly name = 'EpisodeError';
  readonly code: EpisodeErrorCode;
  readonly hint: string;
  /** True when the same call may succeed later without a change to the file. */
  readonly retryable: boolean;

  constructor(code: EpisodeErrorCode, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.hint = hint;
    this.retryable = code === 'READ_FAILED' || code === 'DISK_FULL' || code === 'WRITE_FAILED';
  }
}

/** The text of anything thrown. */
export function describeCause(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
