// The look of a report page, in light and in dark, on a screen and on paper.

import { DARK, LIGHT, type Palette } from "../plot/theme.ts";

function variables(palette: Palette): string {
  return Object.entries(palette)
    .map(([role, colour]) => `--${role}:${colour}`)
    .join(";");
}

export const REPORT_STYLE = `
:root{color-scheme:light dark;${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2.5rem 1.25rem 4rem;max-width:60rem;background:var(--background);color:var(--text);
  font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .5rem}
h2{font-size:1.2rem;margin:2.5rem 0 .75rem}
p{margin:.5rem 0}
.lead{font-size:1.05rem;color:var(--muted)}
.verdict{border-left:4px solid var(--forecast);padding:.35rem 0 .35rem .9rem;margin:1.25rem 0}
.verdict.worse{border-color:var(--backtest)}
figure{margin:1.25rem 0}
figure svg{max-width:100%;height:auto;display:block}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.4rem .9rem .4rem 0;text-align:right;border-bottom:1px solid var(--grid);white-space:nowrap}
th{font-weight:600;color:var(--muted);font-size:.875rem}
th:first-child,td:first-child{text-align:left}
.texts th,.texts td{text-align:left;vertical-align:top}
.texts td:last-child{white-space:normal;min-width:20rem;overflow-wrap:anywhere;font-size:.9375rem}
tr.best td{font-weight:600}
.mark{color:var(--forecast);font-size:.8rem;font-weight:600;margin-left:.5rem}
.figures{display:block;columns:3 13rem;column-gap:2.5rem;font-variant-numeric:tabular-nums}
.figures div{display:flex;justify-content:space-between;gap:1rem;padding:.35rem 0;border-bottom:1px solid var(--grid);break-inside:avoid}
.clouds{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:0 1rem}
.sample{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--band);padding:.75rem 1rem;border-radius:6px;font-size:.875rem;line-height:1.5}
h3{font-size:1rem;margin:1.25rem 0 .25rem;font-weight:600;color:var(--muted)}
.small{font-size:.875rem;color:var(--muted)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.5rem;margin:0}
dt{color:var(--muted)}
dd{margin:0;overflow-wrap:anywhere}
ul{padding-left:1.2rem;margin:.75rem 0}
@media print{body{padding:0}figure,table{break-inside:avoid}}
`;
