// Bundles the entries of dist/: resolving and reading hundreds of small files takes most of the start-up time.
// The files that tsc emits beside them stay, for types, benchmarks and tests.
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';

const root = dirname(import.meta.dirname);

/** Packages of many files that nearly every command loads. Native ones and those that start threads stay packages. */
const BUNDLED = /^(?:zod|yaml|yargs|preact|preact-render-to-string|d3-\w+)(?:\/|$)/;
const isPackage = (id) => /^[^./\0]/.test(id);

const entries = ['src/cli.ts', 'src/index.ts', ...readdirSync(join(root, 'workers')).map((name) => `workers/${name}`)];

const bundle = await rolldown({
  cwd: root,
  platform: 'node',
  input: Object.fromEntries(entries.map((entry) => [entry.replace(/\.ts$/, ''), entry])),
  resolve: { alias: { 'string-width': join(root, 'src/text-width.ts') } },
  external: (id, importer = '') => isPackage(id) && !BUNDLED.test(id) && !importer.includes('node_modules'),
});
// As deep as src/FOLDER: paths relative to `import.meta.url` then hold in both places.
const chunks = 'src/chunks';
rmSync(join(root, 'dist', chunks), { recursive: true, force: true });
await bundle.write({
  dir: join(root, 'dist'),
  format: 'esm',
  sourcemap: true,
  chunkFileNames: `${chunks}/[name].js`,
});

// What runs in a browser, each a script of its own: within the report, and of the live page.
for (const name of readdirSync(join(root, 'src/page/client'))) {
  const page = await rolldown({ cwd: root, platform: 'browser', input: join('src/page/client', name) });
  await page.write({ file: join(root, 'dist/page', name.replace(/\.tsx?$/, '.js')), format: 'iife', minify: true });
}
