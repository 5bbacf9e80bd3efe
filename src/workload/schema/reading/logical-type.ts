/** Resolves the logical type of an Avro schema's attributes (Avro specification 1.11, "Logical Types"). */
import { LOGICAL_TIMES, type Logical, type LogicalTime } from './avro-node.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * @param on the underlying type; `size` in bytes if it is fixed.
 * @returns null if there is none, or if it is ignored: unknown, or invalid for the underlying type.
 */
export function logicalTypeOf({ logicalType: type, precision, scale = 0 }: Json, on: string, size = 0): Logical | null {
  if (typeof type !== 'string') return null;
  if (Object.hasOwn(LOGICAL_TIMES, type)) {
    const time = type as LogicalTime;
    return LOGICAL_TIMES[time].on === on ? { type: time } : null;
  }
  if (type === 'uuid') return on === 'string' || (on === 'fixed' && size === 16) ? { type } : null;
  if (type === 'duration') return on === 'fixed' && size === 12 ? { type } : null;
  if (type !== 'decimal' || !(on === 'bytes' || on === 'fixed')) return null;
  const max = on === 'fixed' ? Math.floor(Math.log10(2) * (8 * size - 1)) : Infinity;
  const fits =
    isCount(precision) && precision >= 1 && precision <= max && isCount(scale) && scale >= 0 && scale <= precision;
  return fits ? { type, precision, scale } : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
