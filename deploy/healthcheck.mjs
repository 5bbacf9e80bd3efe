/**
 * The image's health check: the metrics endpoint of the command that the container runs answers. A command without one
 * is healthy as long as it runs, which the container's existence says.
 */
import { readFileSync } from 'node:fs';

// Tests give another command line than that of the container's first process.
const commandLine = readFileSync(process.argv[2] ?? '/proc/1/cmdline', 'utf8').split('\0');
const port = commandLine.flatMap((word, i) => {
  if (word === '--metrics-port') return [commandLine[i + 1]];
  return word.startsWith('--metrics-port=') ? [word.slice(word.indexOf('=') + 1)] : [];
})[0];

if (port !== undefined) {
  const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(3_000) });
  if (!response.ok) process.exitCode = 1;
}
