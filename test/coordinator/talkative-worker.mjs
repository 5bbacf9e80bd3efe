/** A worker whose last words are more than a port takes to its reader at once. */
export default function run({ logPort, dataPort, memory }) {
  for (let i = 0; i < 5000; i++) {
    logPort.postMessage({ level: 4, facility: 'TEST', message: `word ${i}` });
    dataPort.postMessage(i);
  }
  logPort.close();
  dataPort.close();
  return { memory };
}
