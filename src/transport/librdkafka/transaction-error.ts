/** What a call of librdkafka's transactions answered. */
import type { TransactionError } from '../transport.ts';
import type { Librdkafka, Pointer } from './library.ts';

/** Reads the error, and frees it. */
export function takeTransactionError(rd: Librdkafka, error: Pointer | null): TransactionError | undefined {
  if (error === null) return undefined;
  const read: TransactionError = {
    code: rd.errorCode(error),
    name: rd.errorNameOf(error),
    text: rd.errorTextOf(error),
    isFatal: rd.errorIsFatal(error) !== 0,
    isRetriable: rd.errorIsRetriable(error) !== 0,
    needsAbort: rd.errorNeedsAbort(error) !== 0,
  };
  rd.errorDestroy(error);
  return read;
}
