/** Style of the report: system fonts, light and dark by preference, a palette that keeps apart for colour-blind eyes. */

const LIGHT = `
  --page: #fbfaf7; --card: #ffffff; --text: #23211d; --muted: #6d6860; --line: #e3dfd7; --soft: #f3f0ea;
  --accent: #8a4b08; --best: #fdf0d5; --bad: #b3261e; --badsoft: #fbe3e0;
  --c0: #2f6db5; --c1: #d9700f; --c2: #77736b; --c3: #2f8f5b; --c4: #8a55b5; --c5: #b8406b; --c6: #0f8b8d;`

const DARK = `
  --page: #16171a; --card: #1e2024; --text: #e9e6df; --muted: #a09b91; --line: #34363c; --soft: #26282d;
  --accent: #f0b465; --best: #43351a; --bad: #ff8f85; --badsoft: #4a2422;
  --c0: #72aef2; --c1: #ff9f45; --c2: #a9a59c; --c3: #63c98f; --c4: #c193ea; --c5: #f07ba3; --c6: #45c4c6;`

/** The whole style sheet of the page, uPlot's own not included. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 44px 28px 90px; }
h1 { font-size: 32px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.015em; font-weight: 650; }
h2 { font-size: 21px; margin: 56px 0 6px; padding-top: 14px; border-top: 1px solid var(--line); letter-spacing: -0.01em; font-weight: 650; }
h3 { font-size: 15px; margin: 22px 0 6px; font-weight: 650; }
p { margin: 0 0 12px; max-width: 80ch; }
.note, .muted { color: var(--muted); font-size: 14px; }
p.note { max-width: 100ch; }
.findings { margin: 14px 0; padding: 12px 18px 4px; background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--accent); border-radius: 6px; }
.findings p { max-width: 110ch; margin: 0 0 8px; } .findings .muted { font-size: 13px; }
.about { font-size: 13px; margin: 0 0 4px; max-width: none; }
.panels { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 14px; margin: 14px 0 8px; }
.panel { margin: 0; } .panel figcaption small { display: inline; margin-left: 8px; }
table.scale { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
table.scale th, table.scale .value { width: 1%; white-space: nowrap; font-weight: 500; padding: 0; }
table.scale th { text-align: left; padding-right: 10px; } table.scale .value { text-align: right; padding-left: 10px; }
table.scale thead td { padding: 0; } .ends { position: relative; height: 18px; font-size: 11.5px; color: var(--muted); }
.ends span { position: absolute; white-space: nowrap; }
.track { position: relative; height: 27px; padding: 0; } .track i { position: absolute; display: block; }
.track .below { left: 0; top: 0; bottom: 0; background: var(--soft); }
.track .end { top: 0; bottom: 0; border-left: 1.5px dashed var(--muted); } .track .expert { border-left-style: solid; }
.track .span { height: 2px; background: currentColor; opacity: 0.6; } .track .dot { width: 9px; height: 9px; margin: -3.5px 0 0 -4.5px; border-radius: 50%; background: currentColor; }
.track .seed { width: 5px; height: 5px; margin: -1.5px 0 0 -2.5px; border-radius: 50%; background: currentColor; opacity: 0.55; }
.track .full i { top: 8px; } .track .hollow i { top: 18px; } .track.one .mark i { top: 12.5px; }
.track .hollow .dot { background: var(--card); box-shadow: inset 0 0 0 2px currentColor; }
.k0 { color: var(--c0); } .k1 { color: var(--c1); } .k2 { color: var(--c2); } .k3 { color: var(--c3); } .k4 { color: var(--c4); } .k5 { color: var(--c5); } .k6 { color: var(--c6); }
code, pre { font: 13px/1.5 ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--soft); border-radius: 6px; padding: 12px 14px; margin: 0; }
details { margin: 12px 0; } summary { cursor: pointer; color: var(--muted); font-size: 14px; }
.scroll { overflow-x: auto; margin: 0 0 8px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
table.data { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
table.data th, table.data td { padding: 6px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); vertical-align: top; }
table.data tr:last-child > * { border-bottom: 0; }
table.data thead th { color: var(--muted); font-weight: 550; font-size: 13px; }
table.data thead th { white-space: normal; vertical-align: bottom; }
table.data .how { text-align: left; color: var(--muted); font-size: 13px; }
table.data tbody th, table.data thead th.first { text-align: left; font-weight: 600; }
table.data .gloss, table.data .range { display: block; font-size: 11.5px; font-weight: 400; color: var(--muted); line-height: 1.35; }
table.data tr.mean td { background: var(--soft); font-weight: 600; }
table.data tbody th { overflow-wrap: anywhere; white-space: normal; min-width: 130px; }
table.data .start { border-left: 1px solid var(--line); }
table.data tr.anchor > th, table.data tr.anchor > td { background: var(--soft); }
table.data td.best { background: var(--best); font-weight: 700; }
table.data td.none { color: var(--muted); }
table.data .change { display: block; font-size: 12px; color: var(--muted); } table.data .change.clear { color: var(--text); font-weight: 650; }
table.data .change small { font-weight: 400; color: var(--muted); }
.heats { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(430px, 100%), 1fr)); gap: 14px; margin: 10px 0 6px; }
.plain-scroll { overflow-x: auto; padding: 6px 0; }
table.heat { border-collapse: separate; border-spacing: 2px; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
table.heat th { color: var(--muted); font-weight: 500; padding: 4px 6px; text-align: center; }
table.heat tbody th { color: var(--text); text-align: left; white-space: nowrap; }
table.heat td { padding: 5px 4px; text-align: center; border-radius: 4px; min-width: 38px; }
table.heat td.seen { box-shadow: inset 0 0 0 2px var(--accent); font-weight: 650; } table.heat td.none { color: var(--muted); }
.legend { display: flex; flex-wrap: wrap; gap: 6px 18px; margin: 10px 0 12px; font-size: 14px; }
.legend span { display: inline-flex; align-items: center; gap: 7px; }
.legend i { width: 18px; height: 4px; border-radius: 2px; display: inline-block; }
.c0 { background: var(--c0); } .c1 { background: var(--c1); } .c2 { background: var(--c2); } .c3 { background: var(--c3); }
.c4 { background: var(--c4); } .c5 { background: var(--c5); } .c6 { background: var(--c6); }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(330px, 100%), 1fr)); gap: 14px; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 12px 6px; min-width: 0; }
figcaption { font-weight: 600; font-size: 14.5px; line-height: 1.3; }
figcaption small { display: block; font-weight: 400; color: var(--muted); font-size: 12.5px; min-height: 17px; }
.readout { min-height: 19px; margin: 3px 0 4px; font-size: 12.5px; color: var(--muted); font-variant-numeric: tabular-nums; display: flex; gap: 12px; flex-wrap: wrap; }
.readout b { font-weight: 600; }
.plot { height: 190px; overflow: hidden; } .uplot { width: 100%; }
.u-cursor-x { border-color: var(--muted) !important; }
.scatter text { fill: var(--muted); font-size: 11px; } .scatter line { stroke: var(--line); } .scatter .zero { stroke: var(--muted); }
.scatter circle { fill-opacity: 0.65; }
.f0 { fill: var(--c0); } .f1 { fill: var(--c1); } .f2 { fill: var(--c2); } .f3 { fill: var(--c3); } .f4 { fill: var(--c4); } .f5 { fill: var(--c5); } .f6 { fill: var(--c6); }
.pair { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 1fr); gap: 14px; margin: 4px 0 22px; }
.controls { display: flex; flex-wrap: wrap; gap: 10px; align-items: center; margin: 10px 0 14px; }
select { max-width: 100%; }
button, select { font: inherit; font-size: 14px; color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 6px 12px; }
button { cursor: pointer; } button:disabled { opacity: 0.45; cursor: default; }
button:hover:not(:disabled), select:hover { border-color: var(--muted); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.controls input[type='range'] { flex: 1 1 140px; max-width: 260px; accent-color: var(--accent); }
.step { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 18px; display: grid; grid-template-columns: max-content max-content minmax(0, 1fr); gap: 8px 26px; }
.step[hidden] { display: none; }
.step h3 { margin: 0 0 6px; }
.step img { display: block; max-width: 300px; width: 100%; image-rendering: auto; border-radius: 6px; }
.boards { display: grid; gap: 14px; align-content: start; }
table.board { border-collapse: collapse; font: 12.5px/1.2 ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
table.board td { border: 1px solid var(--line); min-width: 34px; padding: 5px 5px; text-align: center; }
table.board td.wrong { background: var(--badsoft); color: var(--bad); font-weight: 700; box-shadow: inset 0 0 0 2px var(--bad); }
.tag { color: var(--accent); }
.facts { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 4px 30px; margin: 8px 0 0; padding-top: 12px; border-top: 1px solid var(--line); }
.facts div { display: flex; flex-direction: column; } .facts dt { color: var(--muted); font-size: 12.5px; } .facts dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.facts .wide { flex: 1 1 260px; } .facts .bad dd { color: var(--bad); }
.prompt { grid-column: 1 / -1; margin: 4px 0 0; }
kbd { font: 12px ui-monospace, monospace; border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; padding: 1px 6px; background: var(--card); }
@media (max-width: 860px) { .step, .pair, .panels { grid-template-columns: minmax(0, 1fr); } main { padding: 28px 16px 60px; } }
`
