// Owns the sections of a report but the failures one by one: rates, comparisons, stages, times, what was run, and how to
// read it. Tables first, drawings beside the numbers they show.

import { mean } from '../../../sim/statistics.ts';
import { STAGES } from '../../api/errors.ts';
import type { BenchRow } from '../bench-row.ts';
import { ALPHA, type Comparison, pInWords, shownInWords } from '../comparison.ts';
import { policyName } from '../trial-record.ts';
import { differenceBar, rateBar, stageBar } from './charts.ts';
import { type Html, html } from './html.ts';
import type { ReportData } from './report-data.ts';

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const points = (share: number) => `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)}`;

type Cells = (row: Pick<BenchRow, 'task' | 'tier' | 'policy' | 'perturbation'>) => Html;

/** The columns that name a row; how a task was changed only where any was. */
function armColumns(rows: readonly BenchRow[]): { readonly heads: Html; readonly cells: Cells } {
  const changed = rows.some(({ perturbation }) => perturbation !== 'none');
  return {
    heads: html`<th>task</th><th>tier</th><th>program</th>${changed ? html`<th>changed</th>` : ''}`,
    cells: ({ task, tier, policy, perturbation }) =>
      html`<td class="tight">${task}</td><td>${tier}</td><td>${policyName(policy)}</td>${changed ? html`<td>${perturbation}</td>` : ''}`,
  };
}

export function ratesSection({ rows }: ReportData): Section {
  const { heads, cells } = armColumns(rows);
  return {
    id: 'rates',
    title: 'Success rates',
    body: html`<div class="scroll"><table>
<caption>Successes with their 95 % Wilson interval; the scale of the drawing goes from 0 to 100 %.</caption>
<thead><tr>${heads}<th class="number">succeeded</th><th class="number">rate</th><th>95 % interval</th><th></th></tr></thead>
<tbody>${rows.map(
      (
        row,
      ) => html`<tr>${cells(row)}<td class="number">${row.successes} of ${row.trials}</td><td class="number">${percent(row.successes / row.trials)}</td><td class="tight">${(100 * row.wilson95[0]).toFixed(1)} to ${percent(row.wilson95[1])}</td><td>${rateBar(row.successes / row.trials, { low: row.wilson95[0], high: row.wilson95[1] })}</td></tr>
`,
    )}${meansOver(rows, cells)}</tbody></table></div>`,
  };
}

/** The mean over tasks, for every tier, program and change that several tasks share. */
function meansOver(rows: readonly BenchRow[], cells: Cells): Html[] {
  const groups = new Map<string, BenchRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.tier, row.policy, row.perturbation]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => {
      const rates = group.map(({ successes, trials }) => successes / trials);
      const [{ tier, policy, perturbation }] = group;
      return html`<tr class="total">${cells({ task: `mean of ${group.length} tasks`, tier, policy, perturbation })}<td></td><td class="number">${percent(mean(rates))}</td><td class="tight">lowest task ${percent(Math.min(...rates))}</td><td></td></tr>
`;
    });
}

export function comparisonsSection({ comparisons }: ReportData): Section | undefined {
  if (comparisons.length === 0) return undefined;
  return {
    id: 'comparisons',
    title: 'Comparisons on equal seeds',
    body: html`${comparisons.map(
      ({ title, reach, list }) => html`<h3>${title}</h3>
<p class="soft">What the seeds can show: ${reach}.</p>
<div class="scroll"><table>
<caption>Second less first, in points, with its 95 % interval; the drawing goes from -100 to +100 points, its middle is no difference.</caption>
<thead><tr><th>what</th><th>first</th><th>second</th><th class="number">seeds</th><th class="number">succeeded</th><th class="number">difference</th><th></th><th class="number">test</th><th>shown</th></tr></thead>
<tbody>${list.map(comparisonRow)}</tbody></table></div>
${list.map(discordant)}`,
    )}`,
  };
}

function comparisonRow(one: Comparison): Html {
  const { counts, interval95: at, rule, evidence } = one;
  const isShown = one.shown !== 'no difference shown';
  const test =
    rule === 'fixed'
      ? pInWords(one.p)
      : `e = ${evidence.eValue.toPrecision(3)}${evidence.crossedAt === null ? '' : `, stopped after ${evidence.crossedAt}`}`;
  return html`<tr><td class="tight">${one.what}</td><td>${one.first}</td><td>${one.second}</td><td class="number">${one.pairs}</td><td class="number">${counts.both + counts.onlyFirst} | ${counts.both + counts.onlySecond}</td><td class="number">${points(one.difference)} (${points(at.low)} to ${points(at.high)})</td><td>${differenceBar(one.difference, at, isShown)}</td><td class="number">${test}</td><td class="${isShown ? 'shown' : ''}">${shownInWords(one)}</td></tr>
`;
}

function discordant({ what, first, second, onlyFirst, onlySecond, dropped }: Comparison): Html {
  const unequal = dropped.first + dropped.second;
  if (onlyFirst.length + onlySecond.length + unequal === 0) return html``;
  return html`<details><summary>${what}: ${onlyFirst.length + onlySecond.length} seeds differ</summary>
<p class="soft">Only ${first} succeeded: ${onlyFirst.join(', ') || 'none'}. Only ${second} succeeded: ${onlySecond.join(', ') || 'none'}.${unequal === 0 ? '' : ` Not counted, because only one side has run them: ${dropped.first} of ${first}, ${dropped.second} of ${second}.`}</p></details>`;
}

export function stagesSection({ rows }: ReportData): Section | undefined {
  const { heads, cells } = armColumns(rows);
  const failing = rows.filter(({ failures }) => Object.keys(failures).length > 0);
  if (failing.length === 0) return undefined;
  const share = ({ successes, trials }: BenchRow) => 1 - successes / trials;
  const scale = Math.max(...failing.map(share));
  const stages = STAGES.filter((stage) => failing.some(({ failures }) => failures[stage] !== undefined));
  return {
    id: 'stages',
    title: 'Failures by stage',
    body: html`<p>Each failed trial counts once, at the stage where it ended. The longest bar is ${percent(scale)} of the trials of its row.</p>
<div class="scroll"><table>
<thead><tr>${heads}<th class="number">failed</th><th>by stage</th>${stages.map((stage) => html`<th class="number">${stage}</th>`)}</tr></thead>
<tbody>${failing.map(
      (row) =>
        html`<tr>${cells(row)}<td class="number">${row.trials - row.successes} of ${row.trials}</td><td>${stageBar(row.failures, row.trials, scale)}</td>${stages.map((stage) => html`<td class="number">${row.failures[stage] ?? ''}</td>`)}</tr>
`,
    )}</tbody></table></div>
<ul class="legend">${stages.map((stage) => html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="stage-${stage}" width="10" height="10"/></svg>${stage}</li>`)}</ul>`,
  };
}

export function timesSection({ rows, trials }: ReportData): Section {
  const { heads, cells } = armColumns(rows);
  const hasCost = rows.some(({ costUsd }) => costUsd !== undefined);
  const hasModels = rows.some(({ modelUse }) => modelUse !== undefined);
  const opening = (row: BenchRow) =>
    mean(
      trials
        .filter(
          ({ task, tier, policy, perturbation }) =>
            task === row.task && tier === row.tier && policy === row.policy && perturbation === row.perturbation,
        )
        .map(({ openSeconds }) => openSeconds),
    );
  return {
    id: 'times',
    title: hasCost ? 'Time and cost' : 'Time',
    body: html`<div class="scroll"><table>
<caption>Means per trial. Wall time counts what a worker was busy, opening the world included; the factor is robot time over wall time with all workers together.</caption>
<thead><tr>${heads}<th class="number">robot time</th><th class="number">API calls</th><th class="number">opening</th><th class="number">wall, all workers</th><th class="number">real-time factor</th>${hasModels ? html`<th class="number">turns</th><th class="number">requests</th><th class="number">tokens</th>` : ''}${hasCost ? html`<th class="number">cost per trial</th><th class="number">cost</th>` : ''}</tr></thead>
<tbody>${rows.map(
      (row) =>
        html`<tr>${cells(row)}<td class="number">${(row.simSeconds / row.trials).toFixed(1)} s</td><td class="number">${(row.calls / row.trials).toFixed(1)}</td><td class="number">${opening(row).toFixed(2)} s</td><td class="number">${row.wallSeconds.toFixed(1)} s</td><td class="number">${row.realTimeFactor.toFixed(0)}x</td>${hasModels ? modelCells(row) : ''}${hasCost ? costCells(row) : ''}</tr>
`,
    )}</tbody></table></div>`,
  };
}

function modelCells({ modelUse, trials }: BenchRow): Html {
  if (modelUse === undefined) return html`<td></td><td></td><td></td>`;
  const { turns, requests, tokens } = modelUse;
  return html`<td class="number">${(turns / trials).toFixed(1)}</td><td class="number">${(requests / trials).toFixed(1)}</td><td class="number">${(tokens / trials).toFixed(0)}</td>`;
}

function costCells({ costUsd, trials }: BenchRow): Html {
  if (costUsd === undefined) return html`<td class="number">none</td><td class="number">none</td>`;
  return html`<td class="number">${(costUsd / trials).toFixed(3)} USD</td><td class="number">${costUsd.toFixed(2)} USD</td>`;
}

export function factsSection({ facts, tasks, programs, rows }: ReportData): Section {
  const { heads, cells } = armColumns(rows);
  return {
    id: 'run',
    title: 'What was run',
    body: html`<dl class="facts">${facts.map(([label, text]) => html`<dt>${label}</dt><dd>${text}</dd>`)}</dl>
<h3>Tasks</h3>
<dl class="facts">${tasks.map(({ name, instruction }) => html`<dt>${name}</dt><dd>${instruction}</dd>`)}</dl>
<h3>Programs</h3>
${programs.map(({ name, sha256, source }) => html`<details><summary>${name} <span class="soft">(SHA-256 ${sha256.slice(0, 12)})</span></summary><pre>${source}</pre></details>`)}
<h3>Trace hashes</h3>
<div class="scroll"><table>
<caption>SHA-256 over the trace hashes of all seeds of a row. Equal hashes: the same motion in every trial, bit for bit.</caption>
<thead><tr>${heads}<th>hash</th></tr></thead>
<tbody>${rows.map((row) => html`<tr>${cells(row)}<td class="mono">${row.traceHash}</td></tr>\n`)}</tbody></table></div>`,
  };
}

export function readingSection(): Section {
  return {
    id: 'reading',
    title: 'How to read this',
    body: html`<p>The <b>Wilson interval</b> says which success rates fit the count. Two intervals that overlap say little about which of two is better; a comparison on equal seeds says more, because both meet the same worlds.</p>
<p>The <b>exact McNemar test</b> looks only at the seeds on which the two differ, and asks how often a split at least as uneven would come about if both were equally good. It counts for a number of seeds that was chosen before, and at ${(100 * ALPHA).toFixed(0)} % each: of twenty comparisons without any difference, one shows one. The <b>anytime-valid test</b> (e) may stop at any seed: at most one comparison in ${1 / ALPHA} ever reaches ${1 / ALPHA} if there is no difference.</p>
<p>The exact test is the stricter of the two: an interval of a difference may leave out 0 although no difference is shown.</p>
<p><b>No difference shown</b> does not mean that there is none. It means that these seeds do not show one.</p>`,
  };
}
