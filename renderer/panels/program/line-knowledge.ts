// Owns what a preview knew of each source line that calls the API, and how that is said. Pure. Must never take a line for
// exact because nothing is known of it.

import type { CardPreview, CheckSummary } from '../../../electron/ipc/console-contract.ts';

export type Knowledge = 'exact' | 'predicted' | 'not-reached';

/** As it stands in an episode's preview message and on a card alike. */
export type PreviewKnowledge = Pick<CardPreview, 'outcome' | 'lines' | 'world' | 'motions'>;

export const KNOWLEDGE_WORDS: Readonly<Record<Knowledge, { readonly label: string; readonly long: string }>> = {
  exact: { label: 'exact', long: 'Exact: the preview ran this line on what is known for certain.' },
  predicted: {
    label: 'predicted',
    long: 'Predicted: the preview had to draw what the cameras would see, so the real run may differ here.',
  },
  'not-reached': { label: 'not reached', long: 'Not reached: the preview never came to this line.' },
};

/** Lines by what is known of them; empty where nothing was previewed. */
export function knowledgeByLine(preview: PreviewKnowledge | null | undefined): ReadonlyMap<number, Knowledge> {
  if (preview == null || preview.outcome === 'skipped') return new Map();
  return new Map((preview.lines ?? []).map(({ line, knowledge }) => [line, knowledge]));
}

export interface KnowledgeCount {
  /** Lines that call the API, as the check found them, and those the preview tells of besides. */
  readonly calling: number;
  readonly exact: number;
  readonly predicted: number;
  /** Rising. */
  readonly notReached: readonly number[];
}

export function countKnowledge(
  effects: Pick<CheckSummary['effects'], 'calls'>,
  preview: PreviewKnowledge | null | undefined,
): KnowledgeCount {
  const known = knowledgeByLine(preview);
  const calling = new Set([...effects.calls.flatMap(({ lines }) => lines), ...known.keys()]);
  const of = (kind: Knowledge) => [...known.values()].filter((one) => one === kind).length;
  const notReached = [...calling].filter((line) => (known.get(line) ?? 'not-reached') === 'not-reached');
  return {
    calling: calling.size,
    exact: of('exact'),
    predicted: of('predicted'),
    notReached: notReached.sort((a, b) => a - b),
  };
}

/** What the preview knew and could not know, in sentences; empty where nothing was previewed. */
export function knowledgeSentences(
  effects: Pick<CheckSummary['effects'], 'calls'>,
  preview: PreviewKnowledge | null | undefined,
): readonly string[] {
  if (preview == null || preview.outcome === 'skipped') return [];
  const { calling, exact, predicted, notReached } = countKnowledge(effects, preview);
  if (calling === 0) return ['The program calls nothing that moves or senses.'];
  const isPerceived = preview.world === 'perceived';
  const sentences = [
    isPerceived
      ? `The twin is built from what the cameras saw: ${exact} of ${lineCount(calling)} exact, ${predicted} predicted.`
      : `The twin copies the world: ${exact} of ${lineCount(calling)} exact.`,
  ];
  if (notReached.length > 0) sentences.push(`Not reached: ${linesInWords(notReached)}.`);
  const { motions } = preview;
  if (isPerceived && motions !== undefined && motions.count > 0) {
    const { count, onPredictedLooks } = motions;
    sentences.push(
      onPredictedLooks === 0
        ? `None of the ${motionCount(count)} depends on what the camera sees after the first touch.`
        : `${onPredictedLooks} of ${motionCount(count)} ${onPredictedLooks === 1 ? 'depends' : 'depend'} on what the camera sees after the first touch.`,
    );
  }
  return sentences;
}

/** "line 3", "lines 3, 5 and 8 to 11". @param lines rising */
export function linesInWords(lines: readonly number[]): string {
  const spans: string[] = [];
  for (let index = 0; index < lines.length; ) {
    let end = index;
    while (end + 1 < lines.length && lines[end + 1] === lines[end] + 1) end += 1;
    if (end - index >= 2) spans.push(`${lines[index]} to ${lines[end]}`);
    else for (let one = index; one <= end; one++) spans.push(String(lines[one]));
    index = end + 1;
  }
  const last = spans.pop();
  if (last === undefined) return 'no line';
  const word = lines.length === 1 ? 'line' : 'lines';
  return spans.length === 0 ? `${word} ${last}` : `${word} ${spans.join(', ')} and ${last}`;
}

function lineCount(count: number): string {
  return count === 1 ? '1 calling line' : `${count} calling lines`;
}

function motionCount(count: number): string {
  return count === 1 ? '1 motion' : `${count} motions`;
}
