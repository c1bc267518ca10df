/** The only style sheet. Colours are in pairs that have at least 4.5:1 for text and 3:1 for the parts of charts. */
export const STYLES = `
:root{color-scheme:light dark;
--paper:#fff;--soft:#f4f6f8;--ink:#17212b;--quiet:#52606d;--line:#d9dfe5;--strong-line:#8694a1;
--accent:#1b5e85;--first:#1b5e85;--second:#7b8a98;--third:#b4562a;--track:#eef1f4;
--warn:#8a4b08;--warn-soft:#fdf3e3;--bad:#a1262b;--bad-soft:#fbecec}
@media (prefers-color-scheme:dark){:root{
--paper:#12171c;--soft:#1a2128;--ink:#e4e9ee;--quiet:#a5b1bc;--line:#2c3640;--strong-line:#6d7b88;
--accent:#86c1e4;--first:#5aa5d0;--second:#74828f;--third:#e08a5b;--track:#1d252d;
--warn:#f0bd72;--warn-soft:#2f2618;--bad:#f29b9b;--bad-soft:#331d1f}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:400 15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
a{color:var(--accent);text-underline-offset:.15em;text-decoration-thickness:1px}
a:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem .75rem;z-index:1}
h1,h2,h3{line-height:1.25;margin:0;font-weight:650;text-wrap:balance}
h1{font-size:2rem;letter-spacing:-.015em}
h2{font-size:1.375rem;letter-spacing:-.01em}
h3{font-size:1.0625rem}
p{margin:0 0 .75rem;max-width:44rem}
.quiet,.lead{color:var(--quiet)}
.frame{max-width:77rem;margin:0 auto;padding:0 2rem;display:grid;grid-template-columns:12.5rem minmax(0,1fr);column-gap:3.5rem}
header.top{grid-column:1/-1;padding:3rem 0 2rem;border-bottom:1px solid var(--line);margin-bottom:2.5rem}
.eyebrow{font-size:.8125rem;font-weight:600;letter-spacing:.06em;text-transform:uppercase;color:var(--accent);margin:0 0 .5rem}
.facts{display:flex;flex-wrap:wrap;gap:.75rem 2.5rem;margin:1.5rem 0 0}
.facts div{min-width:0}
.facts dt{font-size:.8125rem;color:var(--quiet)}
.facts dd{margin:0;font-weight:500}
nav{align-self:start;position:sticky;top:1.5rem;font-size:.875rem}
nav h2{font-size:.8125rem;font-weight:600;color:var(--quiet);letter-spacing:0;margin-bottom:.5rem}
nav ul{list-style:none;margin:0;padding:0}
nav li{border-top:1px solid var(--line)}
nav a{display:block;padding:.4rem 0;color:var(--ink);text-decoration:none}
nav a:hover{color:var(--accent)}
main>section{padding-bottom:3.5rem}
main>section>h2{padding-bottom:.5rem}
main>section h3{margin:2rem 0 .5rem}
.note{border-left:3px solid var(--warn);background:var(--warn-soft);padding:.625rem .875rem;margin:0 0 1rem;max-width:none}
.tiles{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:0;margin:.5rem 0 2rem;padding:0;border-top:2px solid var(--ink);border-bottom:1px solid var(--line)}
.tiles div{padding:.875rem 1rem .875rem 0}
.tiles div+div{padding-left:1rem;border-left:1px solid var(--line)}
.tiles dt{font-size:.8125rem;color:var(--quiet)}
.tiles dd{margin:0;font-size:1.625rem;font-weight:650;line-height:1.2;letter-spacing:-.01em}
.tiles dd span{display:block;font-size:.8125rem;font-weight:400;letter-spacing:0;color:var(--quiet)}
.chart-pair h3{font-size:.875rem;margin:0 0 .375rem}
.chart-pair{display:grid;grid-template-columns:minmax(0,1.15fr) minmax(0,1fr);gap:1.5rem 2.5rem;align-items:start;margin-top:.75rem}
.chart-pair.even{grid-template-columns:repeat(2,minmax(0,1fr))}
.chart{display:block;overflow:visible;margin-bottom:.5rem}
.chart text{fill:var(--ink);font-size:13px}
.chart .count{font-weight:600}
.chart .tick{fill:var(--quiet);font-size:12px}
.chart .track{fill:var(--track)}
.chart .grid{stroke:var(--line)}
.chart .axis{stroke:var(--strong-line)}
.chart .first{fill:var(--first)}
.chart .second{fill:var(--second)}
.chart .third{fill:var(--third)}
.legend{font-size:.8125rem;color:var(--quiet);margin:.5rem 0}
.legend>span{margin-right:1.25rem;white-space:nowrap}
.swatch{display:inline-block;width:.75rem;height:.75rem;margin-right:.375rem;vertical-align:-.0625rem;border-radius:1px}
.swatch.first{background:var(--first)}
.swatch.second{background:var(--second)}
.swatch.third{background:var(--third)}
table{border-collapse:collapse;width:100%;font-size:.875rem;line-height:1.4;margin:0 0 1rem}
caption{text-align:left;font-size:.8125rem;color:var(--quiet);padding:0 0 .375rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);font-weight:400}
th:last-child,td:last-child{padding-right:0}
thead th{font-size:.8125rem;font-weight:600;color:var(--quiet);border-bottom:1px solid var(--strong-line);vertical-align:bottom}
tbody th[scope=row]{font-weight:500;min-width:5rem}
tfoot th,tfoot td{border-bottom:0;font-weight:600}
.n{text-align:right;white-space:nowrap;width:1%;padding-left:.75rem}
th.head{font-weight:600;padding-top:1rem;background:none}
th.head .quiet{font-weight:400}
.sub{display:block;font-size:.8125rem;font-weight:400;color:var(--quiet)}
.names{display:flex;flex-wrap:wrap;column-gap:.75rem;font-size:.8125rem;font-weight:400;color:var(--quiet)}
bdi{white-space:pre-wrap}
time{white-space:nowrap}
.code{font:600 .75em/1 ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;color:var(--bad);border:1px solid;border-radius:2px;padding:0 .2em;margin:0 .1em;white-space:nowrap}
.cut{color:var(--quiet);font-style:italic;white-space:nowrap}
.tag{display:inline-block;font-size:.75rem;font-weight:600;line-height:1.35;padding:.05rem .375rem;border-radius:3px;color:var(--warn);background:var(--warn-soft);white-space:nowrap}
.tag.bad{color:var(--bad);background:var(--bad-soft)}
.findings .n{width:5.5rem;padding-left:0;padding-right:1.25rem}
.findings td.n{font-size:1.25rem;font-weight:650;line-height:1.2}
.findings td.n.none{font-weight:400;color:var(--quiet)}
.findings .word{font-size:.875rem;font-weight:600;color:var(--warn)}
.findings tbody th{font-weight:500}
code{white-space:nowrap}
.findings tbody td,.findings tbody th{padding-top:.625rem;padding-bottom:.625rem}
.more{font-size:.875rem;color:var(--quiet)}
.group{content-visibility:auto;contain-intrinsic-size:auto 20rem;border-top:1px solid var(--strong-line);padding-top:.875rem;margin-top:1.75rem}
main .group h3{margin:0}
.group .meta{font-size:.875rem;color:var(--quiet);margin:.125rem 0;max-width:none}
.group .meta+table,.group .meta+p:not(.meta){margin-top:.5rem}
.review{table-layout:fixed}
.review caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.review th:nth-child(1){width:30%}
.review th:nth-child(2){width:18%}
.review th:nth-child(3){width:3.5rem}
.review th:nth-child(4){width:4.25rem}
.review th:nth-child(5){width:auto}
.review th:nth-child(6){width:12%}
.review th:nth-child(7){width:9%}
.review td:nth-child(n+5){border-left:1px solid var(--line)}
.review td:nth-child(3),.review td:nth-child(4){text-align:center;padding-right:.5rem}
.review thead th:nth-child(3),.review thead th:nth-child(4){text-align:center;padding-right:.5rem}
.review thead th:nth-child(n+5){padding-left:.5rem}
.review td:nth-child(3)::before,.review td:nth-child(4)::before{content:"";display:inline-block;width:.875rem;height:.875rem;border:1.5px solid var(--strong-line);border-radius:2px;vertical-align:-.125rem}
.sign{display:grid;grid-template-columns:2fr 2fr 1fr;gap:2rem 1.5rem;margin:2.5rem 0 1rem}
.sign div{border-top:1px solid var(--strong-line);padding-top:.25rem;font-size:.8125rem;color:var(--quiet);margin-top:1.5rem}
footer{grid-column:1/-1;border-top:1px solid var(--line);padding:1.25rem 0 3rem;font-size:.8125rem;color:var(--quiet)}
.narrow-only{display:none}
@media screen and (max-width:60rem){
.frame{display:block;padding:0 1.25rem}
header.top{padding-top:2rem}
nav{position:static;margin-bottom:2.5rem}
nav ul{columns:2;column-gap:1.5rem}
nav li{break-inside:avoid}
.chart-pair,.chart-pair.even{grid-template-columns:minmax(0,1fr)}
.tiles{grid-template-columns:repeat(2,minmax(0,1fr))}
.tiles div:nth-child(3){padding-left:0;border-left:0}
.tiles div:nth-child(n+3){border-top:1px solid var(--line)}
}
@media screen and (max-width:40rem){
h1{font-size:1.625rem}
.facts{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:.75rem 1.25rem}
.wide{display:none}
table{font-size:.8125rem}
th,td{padding-right:.375rem}
thead th{font-size:.6875rem}
tbody th[scope=row]{min-width:4rem}
.n{padding-left:.25rem}
time,.tag{white-space:normal}
.review th:nth-child(n+5),.review td:nth-child(n+5){display:none}
.review th:nth-child(1){width:auto}
.review th:nth-child(2){width:28%}
.narrow-only{display:block}
.findings .n{width:4.5rem;padding-right:.75rem}
.findings td.n{font-size:1.0625rem}
.sign{grid-template-columns:1fr}
}
@media print{
:root{color-scheme:light;--paper:#fff;--soft:#fff;--ink:#000;--quiet:#444;--line:#bbb;--strong-line:#666;
--accent:#000;--first:#2b2b2b;--second:#8a8a8a;--third:#6a6a6a;--track:#f0f0f0;
--warn:#000;--warn-soft:#fff;--bad:#000;--bad-soft:#fff}
body{font-size:9.5pt;line-height:1.4}
.frame{display:block;max-width:none;padding:0}
nav,.skip,.narrow-only{display:none}
header.top{padding:0 0 1rem;margin-bottom:1.5rem}
a{color:inherit;text-decoration:none}
h1{font-size:20pt}h2{font-size:14pt}h3{font-size:11pt}
h2,h3,caption{break-after:avoid}
table{font-size:8.5pt;margin-bottom:.75rem}
.sub,.names,caption,thead th,.group .meta,.more,.legend,.tiles dt,.tiles dd span,.facts dt,.sign div{font-size:8pt}
.tiles dd{font-size:15pt}
.findings td.n{font-size:12pt}
h2+p{break-after:avoid}
th,td{padding-top:.3rem;padding-bottom:.3rem}
thead{display:table-header-group}
tr,.chart-pair,.tiles,.legend,.chart,.sign,.note{break-inside:avoid}
main>section{padding-bottom:1.5rem}
.chart rect,.swatch,.review td::before{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.tag{border:1px solid #000;padding:0 .25rem}
.group{content-visibility:visible;margin-top:1.25rem;break-inside:auto}
.group .meta{break-after:avoid}
.review td,.review tbody th{height:2.4em}
.review td:nth-child(3)::before,.review td:nth-child(4)::before{border-color:#000}
.break{break-before:page}
}
`;

/** Text in the margin of each printed page, so that a loose sheet says where it belongs. */
export function pageMargins(text: string): string {
  const bottom = "font:8pt system-ui,sans-serif;color:#444";
  return `@page{margin:15mm 13mm 17mm;@bottom-left{content:"${cssText(text)}";${bottom}}@bottom-right{content:counter(page) " / " counter(pages);${bottom}}}
`;
}

/** The text for a CSS string: every character that could end it is escaped. */
function cssText(text: string): string {
  return text.replace(/[^\w ,.:·-]/gu, (character) => `\\${(character.codePointAt(0) ?? 0).toString(16)} `);
}
