// Owns how long a reply may take and how large it may get. Must never know a provider.

export interface StreamLimits {
  /** From sending to the first piece of text or reasoning, seconds. Fetch itself gives up after 300 s. */
  readonly firstPieceS: number;
  /** Between two events of a stream that has begun, seconds. */
  readonly silenceS: number;
  /** From sending to the end, seconds. */
  readonly totalS: number;
  /** Text and reasoning together, bytes of UTF-8. */
  readonly replyBytes: number;
  /** Everything the server sends, bytes. */
  readonly wireBytes: number;
}

/** A program is some kilobytes; long reasoning comes to some hundred. Each event carries some 300 bytes around a word. */
export const STREAM_LIMITS: StreamLimits = {
  firstPieceS: 280,
  silenceS: 90,
  totalS: 900,
  replyBytes: 1024 * 1024,
  wireBytes: 64 * 1024 * 1024,
};
