/** How and where the records of a lane carry their mark: found in records that the lane's own generator writes. */
import type { RecordGenerator, RecordIdentity } from '../workload/definition.ts';
import { binaryMarkHead, textMarkHead } from '../workload/encoding/mark.ts';
import { INDEX_DIGITS, INDEX_MAX } from '../workload/encoding/stamp.ts';
import { UUID_INDEX_DIGITS, uuidMarkHead } from '../workload/encoding/uuid-mark.ts';

export type MarkKind = 'binary' | 'text' | 'uuid';

export interface MarkPlace {
  readonly kind: MarkKind;
  /** The mark up to its index. */
  readonly head: Uint8Array;
  readonly indexBytes: number;
  /** Where marks start in the lane's records; empty where that depends on too much of each record. */
  readonly at: readonly number[];
}

/** Records looked at. */
const EXAMPLES = 64;
const PLACES_MAX = 4;
const SOME_TIME_MS = Date.UTC(2025, 0, 1);
const INDEX_BYTES: Readonly<Record<MarkKind, number>> = { binary: 6, text: INDEX_DIGITS, uuid: UUID_INDEX_DIGITS };

/**
 * Undefined where the records have no mark.
 * @param scenario whose tag the marks carry: a lane of follow-up records has that of the records it follows.
 * @param bodies records in the pool; Infinity for fresh ones.
 */
export function markPlaceOf(
  generator: RecordGenerator,
  { runTag, scenario }: Pick<RecordIdentity, 'runTag' | 'scenario'>,
  bodies: number,
): MarkPlace | undefined {
  if (!generator.marked) return undefined;
  const heads: Record<MarkKind, Buffer> = {
    text: Buffer.from(textMarkHead(runTag, scenario), 'latin1'),
    uuid: Buffer.from(uuidMarkHead(runTag, scenario), 'latin1'),
    binary: Buffer.from(binaryMarkHead(runTag, scenario)),
  };
  const record = Buffer.alloc(generator.bytesMax);
  const end = generator.write(record, 0, 0, 0, SOME_TIME_MS);
  const kind = (['text', 'uuid', 'binary'] as const).find((each) => record.subarray(0, end).includes(heads[each]));
  if (kind === undefined) return undefined;
  const head = heads[kind];
  const indexBytes = INDEX_BYTES[kind];
  const places = new Set<number>();
  for (let body = 0; body < Math.min(EXAMPLES, bodies); body++) {
    const place = changedMarkAt(generator, record, { head, body, indexBytes });
    if (place >= 0) places.add(place);
  }
  return { kind, head, indexBytes, at: places.size <= PLACES_MAX ? [...places] : [] };
}

/** Another scenario's mark may stand in a record as a foreign key, its own a second time: its own follows the index. */
function changedMarkAt(
  generator: RecordGenerator,
  low: Buffer,
  { head, body, indexBytes }: { head: Uint8Array; body: number; indexBytes: number },
): number {
  const high = Buffer.alloc(generator.bytesMax);
  const lowEnd = generator.write(low, 0, body, 0, SOME_TIME_MS);
  generator.write(high, 0, body, INDEX_MAX, SOME_TIME_MS);
  for (let at = low.indexOf(head); at >= 0 && at < lowEnd; at = low.indexOf(head, at + 1)) {
    const from = at + head.length;
    if (!low.subarray(from, from + indexBytes).equals(high.subarray(from, from + indexBytes))) return at;
  }
  return -1;
}
