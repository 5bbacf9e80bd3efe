/** What the live page has beside the style of every page. */
export const LIVE_STYLE = `
progress { width: 100%; height: 8px; accent-color: var(--c0); }
.state { font-weight: 600; } .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 8px 16px; margin: 10px 0 0; }
.facts dt { color: var(--faint); font-size: 13px; } .facts dd { margin: 0; font-variant-numeric: tabular-nums; color: var(--faint); font-size: 13px; }
.facts b { color: var(--ink); font-size: 20px; font-weight: 600; } .facts .bad b { color: var(--bad); }
tr[aria-current] td { background: var(--panel); font-weight: 600; }
`;
