// Owns the failures of a report one by one: what happened, where, what to do next, the command that repeats it, and
// pictures of the same trial run again.

import { armName, type TrialRecord } from '../trial-record.ts';
import { type Html, html } from './html.ts';
import type { FailurePictures, ReportData, ReportFailure } from './report-data.ts';
import type { Section } from './sections.ts';

export function failuresSection({ failures, failuresNote }: ReportData): Section | undefined {
  if (failures.length === 0) return undefined;
  const drawn = failures.filter(({ pictures }) => typeof pictures !== 'string');
  const rest = failures.filter(({ pictures }) => typeof pictures === 'string');
  return {
    id: 'failures',
    title: 'Failures one by one',
    body: html`<p class="soft">${failuresNote}</p>
${drawn.map(oneFailure)}
${rest.length === 0 ? '' : restTable(rest)}`,
  };
}

function oneFailure({ trial, command, sourceLine, pictures }: ReportFailure): Html {
  return html`<article class="failure">
<figure>${typeof pictures === 'string' ? html`<p class="missing">${pictures}</p>` : picturesOf(pictures, trial)}</figure>
<div><h3>${armName(trial)}, seed ${trial.seed}</h3>
<p><span class="stage">${trial.stage ?? ''}</span>${trial.line === undefined ? '' : `, line ${trial.line}`}: ${trial.message}</p>
${sourceLine === undefined ? '' : html`<pre>${trial.line}  ${sourceLine}</pre>`}
${trial.hint === undefined || trial.hint === '' ? '' : html`<p class="soft">Next: ${trial.hint}</p>`}
<p class="soft">${(100 * trial.progress).toFixed(0)} % of the goal's parts held; ${trial.calls} calls, ${trial.simSeconds.toFixed(1)} s of robot time.</p>
<pre class="command">${command}</pre></div>
</article>
`;
}

function picturesOf({ stillPng, clipPng, clipSeconds, sameMotion }: FailurePictures, trial: TrialRecord): Html {
  const name = `${armName(trial)}, seed ${trial.seed}`;
  return html`<details class="clip"><summary>Play ${clipSeconds.toFixed(1)} s</summary><img src="${dataUri(clipPng)}" width="320" height="240" alt="Moving picture of ${name}"></details>
<img src="${dataUri(stillPng)}" width="480" height="360" alt="The world at the end of ${name}">
<figcaption>${sameMotion ? 'The world as it was judged, run again with the same motion.' : 'Run again, but not with the same motion: another version of Capstan, the task or the rig.'}</figcaption>`;
}

function dataUri(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}

function restTable(rest: readonly ReportFailure[]): Html {
  return html`<div class="scroll"><table>
<caption>Failures without pictures.</caption>
<thead><tr><th>trial</th><th>seed</th><th>stage</th><th>line</th><th>message</th><th>repeat it</th></tr></thead>
<tbody>${rest.map(
    ({ trial, command }) =>
      html`<tr><td class="tight">${armName(trial)}</td><td class="number">${trial.seed}</td><td class="stage">${trial.stage ?? ''}</td><td class="number">${trial.line ?? ''}</td><td class="wrap">${trial.message}${trial.hint === undefined || trial.hint === '' ? '' : html`<br><span class="soft">Next: ${trial.hint}</span>`}</td><td class="wrap"><code>${command}</code></td></tr>
`,
  )}</tbody></table></div>`;
}
