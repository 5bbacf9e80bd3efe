/** What the live page has beside the style of every page. */
export const LIVE_STYLE = `
progress { width: 100%; height: 8px; accent-color: var(--c0); } .state { font-weight: 600; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 8px 16px; margin: 10px 0 0; font-variant-numeric: tabular-nums; }
.tiles > div { display: block; } .tiles dt, .tiles dd { margin: 0; color: var(--faint); font-size: 13px; }
.tiles b { color: var(--ink); font-size: 20px; font-weight: 600; } .tiles .bad b { color: var(--bad); }
tr[aria-current] td { background: var(--panel); font-weight: 600; }
`;
