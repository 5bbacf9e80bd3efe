/** Before tests that need dist/: brings it up to date, which takes a second where it is. */
import { spawnSync } from 'node:child_process';

/** Vitest asks once for each of its projects. */
export default function setup(): void {
  if (process.env.LOAD_TESTS_BUILT === '1') return;
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`dist/ is not up to date: npm run build fails\n${stdout}${stderr}`);
  process.env.LOAD_TESTS_BUILT = '1';
}
