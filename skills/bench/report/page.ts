// Owns the page of a report: one HTML text that needs nothing but itself. A pure function of the data. Must never hold a
// script or load anything: its own policy for browsers forbids both.

import { createHash } from 'node:crypto';
import { failuresSection } from './failures.ts';
import { Html, html } from './html.ts';
import type { ReportData } from './report-data.ts';
import {
  comparisonsSection,
  factsSection,
  ratesSection,
  readingSection,
  stagesSection,
  timesSection,
} from './sections.ts';
import { REPORT_STYLE } from './style.ts';

/** The whole page. */
export function reportPage(data: ReportData): string {
  const { trials, asked } = data;
  const failed = trials.filter(({ success }) => !success).length;
  const sections = [
    ratesSection(data),
    comparisonsSection(data),
    stagesSection(data),
    failuresSection(data),
    timesSection(data),
    factsSection(data),
    readingSection(),
  ].filter((section) => section !== undefined);
  // Nothing from elsewhere, no script at all, and this one style sheet.
  const styleHash = createHash('sha256').update(REPORT_STYLE).digest('base64');
  const policy = `default-src 'none'; img-src data:; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${data.title}: benchmark report</title>
<style>${new Html(REPORT_STYLE)}</style>
</head>
<body>
<header>
<h1>${data.title}</h1>
<p class="soft">Benchmark report by Capstan, written ${data.writtenAt}</p>
<p class="lead">${leadOf(data, failed)}</p>
${asked > trials.length ? html`<p class="stage">Not finished: ${trials.length} of ${asked} trials have been run.</p>` : ''}
<nav aria-label="Contents"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
${sections.map(({ id, title, body }) => html`<section id="${id}"><h2>${title}</h2>${body}</section>\n`)}
</main>
<footer>Success is judged from the world at rest, never from what a program says. ${trials.length} trials, each (task, seed, program, tier, version); the same five give the same motion on any machine.</footer>
</body>
</html>
`;
  return page.text;
}

function leadOf({ rows, trials }: ReportData, failed: number): string {
  const tasks = new Set(rows.map(({ task }) => task)).size;
  const arms = rows.length === tasks ? '' : ` in ${rows.length} rows`;
  return `${trials.length} trials of ${tasks} ${tasks === 1 ? 'task' : 'tasks'}${arms}: ${trials.length - failed} succeeded, ${failed === 0 ? 'none' : failed} failed.`;
}
