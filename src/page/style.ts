/**
 * The style of every page. Colours of series are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which people
 * with any kind of colour vision tell apart; dashes tell them apart without colour. Nothing is styled in the markup, so
 * that the live page's content security policy can forbid it.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1a1f26; --faint: #5c6773; --line: #d7dce2; --panel: #f5f7f9;
  --c0: #0072b2; --c1: #d55e00; --c2: #007a58; --c3: #b0528a; --c4: #8a6d00; --c5: #1a1f26;
  --ok: #00694b; --warn: #8a5a00; --bad: #b3261e; --shade: #0072b214; --outage: #b3261e26; --fault: #d55e0026; --pause: #8a6d0026; --backlog: #007a581f; --heat-0: #d3e4f3; --heat-1: #08306b;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14181d; --ink: #e4e8ec; --faint: #9aa5b1; --line: #333c46; --panel: #1c2229;
    --c0: #56b4e9; --c1: #f08c4a; --c2: #2fc79a; --c3: #e09ac5; --c4: #e6c229; --c5: #e4e8ec;
    --ok: #4cd0a0; --warn: #f0b429; --bad: #ff8a80; --shade: #56b4e91f; --outage: #ff8a8033; --fault: #f08c4a38; --pause: #e6c22930; --backlog: #2fc79a2b; --heat-0: #26415b; --heat-1: #b5dcff;
  }
}
* { box-sizing: border-box; }
.row-plot ul { list-style: none; padding: 0; margin: 0; }
.row { display: grid; grid-template-columns: minmax(120px, 27%) 1fr minmax(120px, 24%); gap: 0 14px; align-items: center; font-size: 13px; line-height: 1.3; break-inside: avoid; }
.row .name { overflow-wrap: anywhere; } .row .value { font-variant-numeric: tabular-nums; } .row svg { width: 100%; overflow: visible; display: block; } .row span { padding: 2px 0; } .row .lane { position: relative; align-self: stretch; min-height: 28px; } .row .lane > svg { position: absolute; inset: 0; height: 100%; }
.number { display: inline-block; min-width: 2em; color: var(--faint); } td small { display: block; color: var(--faint); font-size: 11.5px; } td small.ok { color: var(--ok); } td small.bad { color: var(--bad); }
.run { fill: var(--faint); } .hollow { fill: var(--paper); stroke-width: 1.6; } text.arrow { text-anchor: middle; font-size: 14px; } text.dot-label { fill: var(--ink); }
.beside th[scope=row] { font-weight: 400; white-space: normal; min-width: 6.5em; color: var(--faint); } td.text.long { min-width: 18em; } td.left, th.left { text-align: left; } pre.command { white-space: pre-wrap; overflow-wrap: anywhere; } text.step { text-anchor: middle; dominant-baseline: central; font-size: 15px; font-weight: 700; } text.step.ok { fill: var(--ok); } text.step.bad { fill: var(--bad); font-size: 20px; } text.step.warn { fill: var(--warn); }
@media (max-width: 560px) {
  .row { grid-template-columns: minmax(42%, max-content) 1fr; margin-top: 6px; } .row > svg, .row .lane { grid-row: 2; grid-column: 1 / 3; } .row .value { text-align: right; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 20px 16px 60px; overflow-wrap: break-word; }
h1 { font-size: 24px; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 36px 0 8px; padding-top: 12px; border-top: 1px solid var(--line); }
h3 { font-size: 15px; margin: 0; } .headline { font-size: 21px; font-weight: 600; line-height: 1.3; margin: 10px 0 2px; } .wide-table + .wide-table { margin-top: 14px; } .wraps thead th { white-space: normal; min-width: 4.5em; vertical-align: bottom; line-height: 1.25; }
p, ul { margin: 6px 0; } ul { padding-left: 20px; }
a { color: var(--c0); } .faint { color: var(--faint); }
.ok { color: var(--ok); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.verdict { border-left: 5px solid var(--line); background: var(--panel); padding: 12px 16px; margin: 16px 0; }
.verdict.ok { border-color: var(--ok); } .verdict.warn { border-color: var(--warn); } .verdict.bad { border-color: var(--bad); }
.verdict > * { color: var(--ink); } .verdict .word { font-weight: 700; }
.verdict.ok .word { color: var(--ok); } .verdict.warn .word { color: var(--warn); } .verdict.bad .word { color: var(--bad); }
figure { margin: 22px 0; break-inside: avoid; position: relative; } figure:has(.multiple, .side-by-side) { break-inside: auto; }
figcaption > span { font-size: 13px; } figcaption { display: flex; flex-wrap: wrap; gap: 2px 18px; align-items: baseline; margin-bottom: 4px; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; list-style: none; padding: 0; margin: 0; font-size: 13px; color: var(--faint); }
.legend svg { width: 22px; height: 8px; margin-right: 5px; vertical-align: middle; }
svg.plot { display: block; width: calc(100% - 70px); margin-left: 58px; overflow: visible; }
svg.area { overflow: visible; }
svg text { font: 12px system-ui, sans-serif; fill: var(--faint); }
.grid { stroke: var(--line); stroke-width: 1; } .axis { stroke: var(--faint); stroke-width: 1; }
.x text { text-anchor: middle; } .y text { text-anchor: end; dominant-baseline: middle; }
text.title { text-anchor: start; }
.s { fill: none; stroke-width: 1.6; stroke-linejoin: round; vector-effect: non-scaling-stroke; }
.c0 { stroke: var(--c0); } .c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); } .c3 { stroke: var(--c3); } .c4 { stroke: var(--c4); } .c5 { stroke: var(--c5); }
.d1 { stroke-dasharray: 6 3; } .d2 { stroke-dasharray: 2 3; } .d3 { stroke-dasharray: 9 3 2 3; } .d4 { stroke-dasharray: 1 2; } .d5 { stroke-dasharray: 12 4; }
.f0 { fill: var(--c0); } .f1 { fill: var(--c1); } .f2 { fill: var(--c2); } .f3 { fill: var(--c3); } .f4 { fill: var(--c4); } .f5 { fill: var(--c5); }
.h0 { --heat: var(--heat-0); } .h1 { --heat: color-mix(in oklab, var(--heat-1) 14%, var(--heat-0)); } .h2 { --heat: color-mix(in oklab, var(--heat-1) 29%, var(--heat-0)); }
.h3 { --heat: color-mix(in oklab, var(--heat-1) 43%, var(--heat-0)); } .h4 { --heat: color-mix(in oklab, var(--heat-1) 57%, var(--heat-0)); } .h5 { --heat: color-mix(in oklab, var(--heat-1) 71%, var(--heat-0)); }
.h6 { --heat: color-mix(in oklab, var(--heat-1) 86%, var(--heat-0)); } .h7 { --heat: var(--heat-1); }
rect[class^=h] { fill: var(--heat); } .heat path { fill: none; stroke: var(--heat); shape-rendering: crispEdges; }
.shade { fill: var(--shade); stroke: none; } .outage { fill: var(--outage); stroke: none; } .fault { fill: var(--fault); stroke: none; } .pause { fill: var(--pause); stroke: none; } .backlog { fill: var(--backlog); stroke: none; } .mark { stroke: var(--bad); stroke-dasharray: 4 3; vector-effect: non-scaling-stroke; }
.limit { stroke: var(--bad); stroke-dasharray: 4 3; vector-effect: non-scaling-stroke; } text.flag { fill: var(--bad); text-anchor: start; } text.end { text-anchor: end; } text.middle { text-anchor: middle; }
.dense { stroke-width: 1.1; } .dots { stroke-width: 5; stroke-linecap: round; } .doubt { stroke-width: 1.2; stroke-dasharray: 1 3; }
.multiple { display: grid; grid-template-columns: 1fr 1fr; gap: 0 12px; break-inside: avoid; margin-top: 10px; } .multiple h4 { grid-column: 1 / -1; margin: 0; font-size: 13px; overflow-wrap: anywhere; }
.side-by-side { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 225px), 1fr)); gap: 8px 10px; margin-top: 8px; align-items: end; } .side-by-side > div { break-inside: avoid; } .side-by-side h4 { margin: 0; font-size: 13px; } .side-by-side h4 span { font-weight: 400; }
.narrow thead th { white-space: normal; vertical-align: bottom; line-height: 1.25; } .narrow th, .narrow td { padding: 3px 7px; } .side-by-side .x g:not(:nth-child(4n + 1)) { display: none; }
dl { margin: 6px 0; } dl div { display: grid; grid-template-columns: min(11em, 36%) 1fr; gap: 0 12px; break-inside: avoid; } dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
.caveat { color: var(--bad); } .wide-table { overflow-x: auto; } b { font-weight: 600; }
details { margin: 4px 0; font-size: 14px; } summary { cursor: pointer; color: var(--faint); }
.scroll { overflow: auto; max-height: 420px; border: 1px solid var(--line); }
.filter { display: block; margin: 6px 0; } .filter input { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--faint); border-radius: 4px; padding: 1px 6px; max-width: 60%; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 10px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } thead th { position: sticky; top: 0; background: var(--panel); }
td.left, th.left { text-align: left; } td.text, th.text { text-align: left; white-space: normal; overflow-wrap: break-word; min-width: 12em; max-width: 24em; }
th[scope=rowgroup] { white-space: normal; overflow-wrap: anywhere; padding-top: 10px; }
th button { all: unset; cursor: pointer; } th button:focus-visible { outline: 2px solid var(--c0); }
pre { background: var(--panel); padding: 10px 12px; overflow: auto; font-size: 12.5px; } code { overflow-wrap: anywhere; }
.pickable { position: relative; } .pick { position: absolute; left: 58px; right: 12px; cursor: crosshair; touch-action: pan-y; }
.pick:focus-visible { outline: 2px solid var(--c0); outline-offset: 2px; } .pick > * { position: absolute; pointer-events: none; }
.cross { top: 0; bottom: 0; width: 1px; background: var(--ink); } .selection { top: 0; bottom: 0; background: var(--shade); border: solid var(--c0); border-width: 0 1px; }
.tip { top: 4px; z-index: 1; background: var(--paper); border: 1px solid var(--line); padding: 3px 8px; font-size: 12px; line-height: 1.35; max-width: 60%; overflow-wrap: anywhere; } .tip > :first-child { font-weight: 600; }
button.reset { position: absolute; right: 12px; top: 0; font: inherit; font-size: 13px; color: var(--c0); background: var(--panel); border: 1px solid var(--line); border-radius: 4px; padding: 0 8px; cursor: pointer; }
[aria-sort] button::after { content: ' ▲'; } [aria-sort=descending] button::after { content: ' ▼'; }
@media (max-width: 560px) { .odd { display: none; } .multiple { grid-template-columns: 1fr; } h1 { font-size: 20px; } th, td { padding: 3px 6px; } .wide-table th.text, .wide-table td.text { min-width: 7.5em; } .wraps thead th { min-width: 3.6em; } .wide-table th[scope=row]:first-child { position: sticky; left: 0; background: var(--paper); box-shadow: inset 0 -1px var(--line); max-width: 9.5em; overflow-wrap: anywhere; } .wide-table:has(th[scope=row]) thead th:first-child { left: 0; z-index: 1; } }
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --faint: #444; --line: #ccc; --panel: #f5f5f5; }
  @page { size: A4; margin: 14mm; } main { max-width: none; padding: 0; } .scroll { max-height: none; overflow: visible; } .screen { display: none; }
  /* Labels at the right end need room: what is beside the paper is cut. */
  svg.plot { width: calc(100% - 86px); } details:not([open]) { display: none; }
  /* Chromium repeats headings on each page, but not the buttons in them. */
  th button { display: contents; }
  .wide-table { overflow: visible; } .wide-table:has(table), tr { break-inside: avoid; } table { font-size: 11px; } th, td { padding: 2px 6px; white-space: normal; } pre { white-space: pre-wrap; overflow-wrap: anywhere; } h2, h3, h2 + p { break-after: avoid; }
}
`;
