/** A worker whose client could not be made. */
export default function run({ logPort }) {
  logPort.close();
  return { code: 'CLIENT_FAILED', message: 'no client', hint: 'another one', exitCode: 2 };
}
