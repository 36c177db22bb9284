/** The page's look: system fonts, light and dark, one column, wide tables scroll by themselves. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--fg:#1f2328;--soft:#59636e;--line:#d8dee4;--bg:#fff;--panel:#f6f8fa;--accent:#0969da;--good:#116329;--bad:#a40e26;--open:#7a4f01;--warn-bg:#fff8e5;--warn-line:#d4a72c;--heat:#56b4e9;
--m0:#0072b2;--m1:#e69f00;--m2:#009e73;--m3:#cc79a7;--m4:#56b4e9;--m5:#d55e00;--m6:#f0e442;--m7:#7f7f7f;--m8:#8c564b;--m9:#b2df8a;--m10:#5e3c99;--m11:#c7c7c7}
@media (prefers-color-scheme:dark){:root{--fg:#e6edf3;--soft:#9aa4af;--line:#30363d;--bg:#0d1117;--panel:#161b22;--accent:#58a6ff;--good:#56d364;--bad:#ff8e86;--open:#e3b341;--warn-bg:#2a2110;--warn-line:#9e6a03;--heat:#1f6feb}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:1260px;padding:28px 24px 80px;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:28px;line-height:1.2;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:20px;margin:48px 0 12px;line-height:1.3}
h3{font-size:15px;margin:24px 0 8px;overflow-wrap:anywhere}
p{margin:8px 0}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.kicker{margin:0;color:var(--soft);font-size:13px;letter-spacing:.04em}
.soft,.ci,.note{color:var(--soft)}.small{font-size:13px}
.tiles{display:flex;flex-wrap:wrap;gap:12px 36px;margin:20px 0}
.tiles div{display:flex;flex-direction:column-reverse}
.tiles dt{font-size:13px;color:var(--soft)}.tiles dd{margin:0;font-size:22px;line-height:1.25}
.verdict{font-size:13px;font-weight:600;padding:2px 10px;border:1px solid;border-radius:99px;vertical-align:middle;white-space:nowrap}
.pass,.better{color:var(--good)}.fail,.worse{color:var(--bad)}.inconclusive{color:var(--open)}.equivalent{color:var(--soft)}
.warnings{background:var(--warn-bg);border-left:3px solid var(--warn-line);padding:10px 16px;margin:16px 0;border-radius:0 6px 6px 0;overflow-wrap:anywhere}
.warnings ul{margin:4px 0 0;padding-left:18px}
nav{display:flex;flex-wrap:wrap;gap:4px 18px;padding:12px 0;border-top:1px solid var(--line);border-bottom:1px solid var(--line);font-size:14px;margin-top:20px}
.sentences{list-style:none;margin:0;padding:0}.sentences li{padding:5px 0 5px 24px;text-indent:-24px;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
.sentences .mark{display:inline-block;width:20px;text-indent:0}
figure{margin:8px 0}.chart{overflow-x:auto}.chart svg{display:block;min-width:680px;max-width:1000px;width:100%;background:transparent}
.learned-table th[scope=row]{min-width:170px}.multiples{display:flex;flex-wrap:wrap;gap:8px 24px}.multiples svg{display:block;background:transparent}.multiples figcaption{max-width:220px;overflow-wrap:anywhere}
.point{cursor:default}.point:hover>:not(title){stroke-width:3}
.scroll{overflow-x:auto;max-width:100%}.scroll:focus-visible{outline:2px solid var(--accent)}
table{border-collapse:collapse;width:100%;font-size:14px}
caption{text-align:left;color:var(--soft);font-size:13px;padding:4px 0;caption-side:top}
th,td{padding:7px 12px;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{color:var(--soft);font-weight:500;font-size:13px;white-space:nowrap;vertical-align:bottom}
tbody th{font-weight:400}
th:first-child{padding-left:0}
.num{text-align:right;white-space:nowrap}
th button{all:unset;cursor:default}
.js th button{cursor:pointer}.js th button:hover{color:var(--fg)}.js th button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.js th button::after{content:"↕";opacity:.35;margin-left:4px}
.js th[aria-sort=ascending] button::after{content:"↑";opacity:1}.js th[aria-sort=descending] button::after{content:"↓";opacity:1}
tr.group:not(:first-child)>*{border-top:2px solid var(--soft)}.sorted tr.group>*{border-top:0}
tbody tr:hover{background:var(--panel)}
tr.front .name{font-weight:600}tr.control .name{font-style:italic}
.policies-table th[scope=row]{min-width:250px;padding-left:18px;position:relative}.dot{position:absolute;left:0;color:#009e73}.name{overflow-wrap:anywhere}
.ci,.note{display:block;font-size:12px;line-height:1.35}
.strip{display:block;margin:4px 0 0 auto;overflow:visible}.strip line{stroke:var(--fg);stroke-width:2;opacity:.55}.strip .track{stroke:var(--line);opacity:1}.strip circle{fill:var(--fg)}
.share{margin:14px 0}.share b{font-weight:500;overflow-wrap:anywhere}
.bar{display:flex;height:22px;border-radius:4px;overflow:hidden;margin:3px 0;background:var(--panel)}
.bar i{display:block;height:100%;font:12px/22px system-ui,sans-serif;text-align:center;overflow:hidden;white-space:nowrap;border-right:1px solid var(--bg)}
.bar i:last-child{border-right:0}.bar span{background:#fff;color:#111;border-radius:3px;padding:0 4px}
.key{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:13px}.key i{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:6px}
${Array.from({ length: 12 }, (_, i) => `.m${i}{background:var(--m${i})}`).join("")}
details{margin:8px 0}details .scroll{max-height:620px;overflow:auto}details thead th{position:sticky;top:0;background:var(--bg);z-index:1}summary{cursor:pointer;padding:4px 0;overflow-wrap:anywhere}summary:focus-visible{outline:2px solid var(--accent)}
.heat-table td,.heat-table th{padding:3px 4px}.heat-table{width:auto}
.heat-table thead th{max-width:130px;white-space:normal;overflow-wrap:anywhere;font-size:12px;line-height:1.25}
.heat{display:block;padding:3px 8px;border-radius:3px;text-align:right;background:color-mix(in srgb,var(--heat) var(--h),transparent)}
.heat.few{background:var(--panel);color:var(--soft)}
.moved-table th[scope=row]{min-width:120px}.moved-table .text{display:block;min-width:260px;max-width:520px;max-height:6em;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;font-size:13px}
.filter input,.filter select{font:inherit;padding:4px 8px;border:1px solid var(--line);border-radius:6px;background:var(--bg);color:var(--fg);max-width:100%}
.prose td{min-width:90px}.prose td:nth-child(4){min-width:260px}
.facts{margin:0}.facts div{display:grid;grid-template-columns:140px 1fr;gap:12px;padding:6px 0;border-bottom:1px solid var(--line)}
.facts dt{color:var(--soft);overflow-wrap:anywhere}.facts dd{margin:0;overflow-wrap:anywhere}
#tip{position:fixed;z-index:9;pointer-events:none;max-width:min(360px,90vw);background:var(--fg);color:var(--bg);padding:7px 10px;border-radius:6px;font-size:13px;line-height:1.4;white-space:pre-line;overflow-wrap:anywhere}
footer{margin-top:56px;color:var(--soft);font-size:13px}
@media (max-width:600px){body{padding:18px 14px 60px;font-size:14px}h1{font-size:22px}h2{font-size:18px;margin-top:36px}.tiles{gap:10px 24px}.tiles dd{font-size:18px}.facts div{grid-template-columns:1fr;gap:0}.policies-table th[scope=row]{min-width:150px}.policies-table tr>:nth-child(2){display:none}th,td{padding:6px 8px}}
@page{size:A4 landscape;margin:12mm}
@media print{.ci,.note{font-size:8px}:root{--fg:#000;--soft:#444;--line:#ccc;--bg:#fff;--panel:#f4f4f4;--good:#116329;--bad:#a40e26;--open:#7a4f01;--warn-bg:#fff8e5}body{max-width:none;padding:0;font-size:11px}nav,.filter,#tip{display:none}.js th button::after{content:""}.scroll,.chart,details .scroll{overflow:visible;max-height:none}.chart svg{min-width:0}table{font-size:10px}section,figure,tr{break-inside:avoid}h2{break-after:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
`.trim();
