/** Which message this is, whoever put it into the queue and however often it comes. */
import { createHash } from 'node:crypto';
import { smsAlerts } from '../workload/built-in/sms-alerts/sms-alerts.ts';
import { textMark } from '../workload/encoding/mark.ts';

const AVRO_MAGIC = 0;
const DIGEST_CHARACTERS = 32;

/** The `id` of an alert, in either format. Anything else is known by its content: equal bytes are one message. */
export function messageId(payload: Uint8Array): string {
  const mark = smsAlerts.readMark(payload, payload[0] === AVRO_MAGIC ? 'avro' : 'json');
  if (mark === undefined) return createHash('sha256').update(payload).digest('hex').slice(0, DIGEST_CHARACTERS);
  return textMark(mark);
}
