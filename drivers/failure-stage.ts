// Owns the list of stages in which a block or a trial can fail. One list for errors, reports and recordings.

/** Where in the life of a block something went wrong. */
export const FAILURE_STAGES = [
  'check',
  'code',
  'perception',
  'planning',
  'motion',
  'grasp',
  'placement',
  'limit',
  'timeout',
  'stopped',
  'rejected',
  'interrupted',
  'crash',
  'model',
  'budget',
] as const;

export type FailureStage = (typeof FAILURE_STAGES)[number];
