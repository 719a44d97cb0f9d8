// Owns the look of a report: one style sheet, light and dark, for screen, phone and paper. Must never load anything.

export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1c2126; --soft: #5a646e; --rule: #d9dee3; --wash: #f4f6f8; --accent: #1d5d96; --alarm: #a3341f;
  --grid: #e3e7eb; --on-stage: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181b; --ink: #e4e7ea; --soft: #9aa5af; --rule: #333a41; --wash: #1d2125; --accent: #84b8e8; --alarm: #ee8f78;
    --grid: #2b3137; --on-stage: #ffffff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 1.5rem 5rem; max-width: 70rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 "Helvetica Neue", Helvetica, Arial, "Liberation Sans", system-ui, sans-serif;
}
h1, h2, h3 { font-weight: 600; line-height: 1.25; text-wrap: balance; }
h1 { font-size: 1.9rem; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 3rem 0 .6rem; padding-top: .9rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
p { max-width: 46rem; margin: .5rem 0; }
a { color: var(--accent); }
.lead { font-size: 1.15rem; max-width: 50rem; }
.soft, figcaption, caption { color: var(--soft); }
small, .soft, caption, figcaption { font-size: .875rem; }
nav ul { list-style: none; padding: 0; margin: 1rem 0 0; display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; font-size: .9rem; }
code, pre, .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .84rem; }
pre { background: var(--wash); border: 1px solid var(--rule); border-radius: 4px; padding: .7rem .9rem; overflow-x: auto; margin: .5rem 0; }
.command { white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; }
.scroll { overflow-x: auto; margin: .8rem 0 1.2rem; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; min-width: 100%; }
caption { text-align: left; padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: middle; padding: .32rem .9rem .32rem 0; border-bottom: 1px solid var(--rule); }
thead th { font-weight: 600; font-size: .82rem; color: var(--soft); border-bottom: 1.5px solid var(--ink); vertical-align: bottom; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.wrap { min-width: 14rem; overflow-wrap: anywhere; }
td.tight { white-space: nowrap; }
tr.total td { font-weight: 600; border-top: 1.5px solid var(--ink); }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.4rem; font-size: .92rem; margin: .8rem 0; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
svg.bar { display: block; }
svg .grid { stroke: var(--grid); stroke-width: 1; }
svg .strong, svg .zero { stroke: var(--soft); stroke-opacity: .55; }
svg .whisker { stroke: var(--accent); stroke-width: 2.5; stroke-linecap: round; }
svg .dot { fill: var(--accent); }
svg.faint .whisker { stroke: var(--soft); } svg.faint .dot { fill: var(--soft); }
svg.stack { display: block; width: 26rem; max-width: 100%; min-width: 12rem; }
svg .track { fill: var(--wash); }
svg .on-stage { fill: var(--on-stage); font-size: 11px; text-anchor: middle; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; padding: 0; margin: .4rem 0 0; list-style: none; font-size: .85rem; }
.legend svg { width: .8rem; height: .8rem; margin-right: .4rem; vertical-align: -0.05rem; }
.stage-check { fill: #6a51a3; } .stage-code { fill: #8c6bb1; } .stage-perception { fill: #1b7f79; } .stage-planning { fill: #2b6cb0; }
.stage-motion { fill: #b5651d; } .stage-grasp { fill: #b03a2e; } .stage-placement { fill: #8a6d00; } .stage-limit { fill: #7a5c43; }
.stage-timeout { fill: #5f6b76; } .stage-stopped { fill: #7d868f; } .stage-rejected { fill: #8f7d86; } .stage-interrupted { fill: #868f7d; }
.stage-crash { fill: #3a3f45; } .stage-model { fill: #a6407b; } .stage-budget { fill: #8b5a83; }
@media (prefers-color-scheme: dark) { .stage-crash { fill: #737b84; } }
.shown { font-weight: 600; } .stage { color: var(--alarm); font-weight: 600; }
.failure { display: grid; grid-template-columns: minmax(0, 22rem) minmax(0, 1fr); gap: .4rem 1.8rem; padding: 1.2rem 0; border-bottom: 1px solid var(--rule); break-inside: avoid; }
.failure h3 { margin: 0 0 .3rem; }
.failure figure { margin: 0; }
.failure img { display: block; width: 100%; height: auto; border-radius: 4px; background: var(--wash); }
.failure p { margin: .3rem 0; overflow-wrap: anywhere; }
.failure .missing { border: 1px dashed var(--rule); border-radius: 4px; padding: 1.2rem; color: var(--soft); font-size: .9rem; }
details.clip summary, details summary { cursor: pointer; color: var(--accent); font-size: .9rem; padding: .25rem 0; }
details.clip[open] ~ img { display: none; }
footer { margin-top: 3.5rem; border-top: 1px solid var(--rule); padding-top: .8rem; font-size: .85rem; color: var(--soft); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
@media (max-width: 44rem) {
  body { padding: 1.3rem 1rem 3rem; }
  h1 { font-size: 1.5rem; }
  .failure { grid-template-columns: minmax(0, 1fr); }
  dl.facts { grid-template-columns: 1fr; gap: 0; }
  dl.facts dd { margin-bottom: .5rem; }
}
@media print {
  :root { --paper: #ffffff; --ink: #000000; --soft: #444444; --rule: #bbbbbb; --wash: #f4f4f4; --accent: #12426d; --alarm: #80200f; --grid: #dddddd; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  nav, details.clip { display: none; }
  .scroll { overflow: visible; }
  h2 { break-after: avoid; } tr, .failure { break-inside: avoid; }
  pre { white-space: pre-wrap; }
}
`;
