/** A worker that reads instead of sending: it counts the lines of its share of a text until it is stopped. */
export default function read({ lines, worker, workers, control, logPort }) {
  const words = new Int32Array(control, 4 * 8);
  const [START, STOP, STATES] = [0, 1, 2];
  Atomics.store(words, STATES + worker, 1);
  Atomics.wait(words, START, 0);
  if (Atomics.load(words, START) !== 1) return undefined;
  const share = lines.filter((_, i) => i % workers === worker);
  if (share.includes('fail')) throw new Error(`worker ${worker} cannot read this`);
  while (Atomics.load(words, STOP) === 0) Atomics.wait(words, STOP, 0, 10);
  logPort.postMessage({ level: 6, facility: 'READ', message: `${share.length}` });
  logPort.close();
  return { worker, read: share };
}
