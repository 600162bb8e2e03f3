import type { Markup } from './markup.ts';

/** Styles of the report: light, dark as the reader's system is, and on paper. */
export const style: Markup = {
  markup: `
:root{color-scheme:light dark;--page:#f6f7f8;--surface:#fff;--text:#1a1d21;--muted:#58606a;--line:#dde1e6;--accent:#0b6aa8;--alarm:#b94700;--alarm-soft:#fdf0e6;--good:#00765a;--warn:#7a5c00;--bar:#c3cad2;--now:#0072b2}
@media (prefers-color-scheme:dark){:root{--page:#121518;--surface:#1a1e23;--text:#e7eaee;--muted:#a1aab5;--line:#323941;--accent:#6ab8ee;--alarm:#ff9247;--alarm-soft:#33241a;--good:#45cda3;--warn:#e3bd4f;--bar:#4a535e;--now:#5fb2ea}}
*{box-sizing:border-box}
html{font:15px/1.5 system-ui,-apple-system,"Segoe UI","Liberation Sans",sans-serif}
body{margin:0;background:var(--page);color:var(--text)}
main{max-width:1080px;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 1rem}
h2{font-size:1.15rem;margin:0;overflow-wrap:anywhere}
a{color:var(--accent)}
.eyebrow,.muted,.kind,figcaption,caption{color:var(--muted)}
.eyebrow{margin:0;font-size:.85rem}
.kind{font-size:.85rem;font-weight:400}
.head{display:grid;gap:.35rem;margin:0 0 1.5rem}
.head div{display:grid;grid-template-columns:8rem 1fr;gap:.5rem}
.head dt{color:var(--muted)}
.head dd{margin:0;overflow-wrap:anywhere}
.file{font-weight:600}
.key{display:inline-block;width:.8rem;height:.8rem;margin-right:.4rem;vertical-align:-.08rem;border-radius:2px}
.key.reference{background:var(--bar)}
.key.current{border:2px solid var(--now)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;font-size:.85rem;padding:.25rem 0}
th,td{text-align:left;padding:.35rem .6rem;border-top:1px solid var(--line);vertical-align:top}
th{font-weight:500}
thead th{color:var(--muted);font-size:.85rem;border-top:0;vertical-align:bottom}
tbody th{overflow-wrap:anywhere}
.number{text-align:right;white-space:nowrap}
.summary,.aside,.card{background:var(--surface);border:1px solid var(--line);border-radius:6px}
.summary,.aside{border-collapse:separate;border-spacing:0;margin:0 0 1.5rem}
.limits{white-space:nowrap}
.limits-bar{width:104px;height:12px;vertical-align:-1px;margin-right:.4rem}
.limits-bar .base{stroke:var(--line)}
.limits-bar .tolerance{stroke:var(--muted);stroke-dasharray:2 1}
.limits-bar .span{stroke:var(--now);stroke-width:3}
.limits-bar circle{fill:var(--now);stroke:var(--surface)}
.badge{display:inline-block;padding:0 .5rem;border:1px solid;border-radius:1rem;font-size:.8rem;font-weight:500;line-height:1.4;white-space:nowrap}
.badge.drift{color:var(--alarm);background:var(--alarm-soft)}
.badge.stable{color:var(--good)}
.badge.insufficient{color:var(--warn)}
.badge.aside{color:var(--muted)}
.card{padding:1rem;margin:0 0 1rem;break-inside:avoid}
.card.drift{border-left:4px solid var(--alarm)}
.sentence{margin:.35rem 0 .75rem;overflow-wrap:anywhere}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,360px),1fr));gap:1rem}
figure{margin:0}
figcaption{font-size:.85rem;margin-bottom:.25rem}
figure svg{display:block;width:100%;max-width:560px;height:auto}
svg text{font-size:11px;fill:var(--muted)}
svg .name{fill:var(--text)}
.axis line{stroke:var(--muted)}
.axis .grid{stroke:var(--line)}
path.reference,rect.reference{fill:var(--bar)}
path.current,path.reference-line{fill:none;stroke-width:2;stroke-linejoin:round}
path.current{stroke:var(--now)}
path.reference-line{stroke:var(--muted);stroke-dasharray:5 3}
rect.current{fill:var(--now)}
details{margin-top:.75rem}
summary{cursor:pointer;color:var(--accent)}
.tables{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:1rem;align-items:start;margin-top:.5rem;font-size:.9rem}
.decided th,.decided td{font-weight:700}
.how{color:var(--muted);font-size:.9rem;max-width:46rem}
@media (max-width:600px){.head div{grid-template-columns:1fr;gap:0}}
@media print{:root{color-scheme:light;--page:#fff;--surface:#fff;--text:#000;--muted:#444;--line:#bbb;--accent:#000;--alarm:#8a3500;--alarm-soft:#fff;--good:#00553f;--warn:#5a4400;--bar:#c3cad2;--now:#0072b2}main{max-width:none;padding:0}details::details-content{content-visibility:visible;height:auto;display:block}summary{display:none}svg,.key,.badge{print-color-adjust:exact;-webkit-print-color-adjust:exact}a{text-decoration:none}}
`,
};
