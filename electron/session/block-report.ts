// Owns how the end of a block is told: its lines and its failure as plain data. Must never decide anything.

import type { BlockOutcome, OutputLine } from '../../skills/sandbox/policy-sandbox.ts';
import type { BlockReport, ReportedLine } from '../ipc/robot-host-contract.ts';

export function reportedLine({ level, text, line }: OutputLine): ReportedLine {
  return { channel: level === 'debug' ? 'log' : level, text, line: line ?? undefined };
}

export function blockFailure(outcome: BlockOutcome): BlockReport['failure'] {
  if (outcome.status === 'finished') return undefined;
  const { code, message, stage, hint, line, column } = outcome.error;
  return { code, message, stage, hint, line: line ?? undefined, column: column ?? undefined };
}
