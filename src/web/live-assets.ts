/** What the live page is made of: the charts' style, and the script that `npm run build` makes of src/page/client. */
import { LIVE_STYLE } from '../page/live/live-style.ts';
import { STYLE } from '../page/style.ts';
import { readBuilt, reportHashes } from '../report/html.tsx';
import { GENERATOR } from '../report/page-file.ts';
import type { LiveAssets } from './live-server.ts';

const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${GENERATOR}">
<title>Live page</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/live.css">
<script src="/live.js" defer></script>
</head>
<body>
<main id="live"><h1>Live page</h1><p>Connecting…</p><noscript><p>This page needs JavaScript; the report that the run writes at its end does not.</p></noscript></main>
</body>
</html>
`;

export function loadAssets(): LiveAssets {
  return { html: HTML, script: readBuilt('live.js'), style: STYLE + LIVE_STYLE, reportHashes: reportHashes() };
}
