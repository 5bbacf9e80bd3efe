/** A page as one file: style and script are in it, nothing is loaded from elsewhere, and it reads without its script. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { escapeHtml } from '../page/plot/figure.tsx';
import { STYLE } from '../page/style.ts';
import { GENERATOR } from './page-file.ts';
import { escapeControls } from './text-escapes.ts';

interface Page {
  readonly title: string;
  readonly body: JSX.Element;
}

/** What a reader sees; attributes stay as they are. */
const TEXTS = />[^<]+/g;

export function renderDocument({ title, body }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${GENERATOR}">
<title>${escapeHtml(escapeControls(title))}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>${renderToString(body).replaceAll(TEXTS, escapeControls)}</main>
<script>${pageScript()}</script>
</body>
</html>
`;
}

/** For a content security policy that lets a report's own style and script run, and no others. */
export function reportHashes(): { readonly style: string; readonly script: string } {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return { style: hash(STYLE), script: hash(pageScript()) };
}

/** Crosshair, zoom, sorting: scripts/bundle.mjs makes it. A page without it has all of its content. */
function pageScript(): string {
  script ??= readBuilt('report.js');
  return script;
}

let script: string | undefined;

/** From `dist/page`; nothing where the sources run without a build. */
export function readBuilt(name: string): string {
  try {
    return readFileSync(new URL(`../../page/${name}`, import.meta.url), 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
