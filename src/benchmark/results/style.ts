/** How a report looks, in light and in dark. */
export const STYLE = `
:root { color-scheme: light dark; }
body { font-family: system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; line-height: 1.4; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }
h2 { font-size: 1.1rem; margin-top: 2.5rem; }
table { border-collapse: collapse; margin: .5rem 0; }
th, td { border-bottom: 1px solid rgba(128, 128, 128, .35); padding: .25rem .7rem; text-align: left; vertical-align: top; }
td.number, th.number { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
td:target, details:target { background: rgba(255, 200, 0, .25); }
.note { color: #7a7a7a; margin: .25rem 0; }
.failed { color: #c0392b; }
details { border-bottom: 1px solid rgba(128, 128, 128, .35); padding: .3rem 0; }
summary { cursor: pointer; }
pre { overflow-x: auto; }
`;
