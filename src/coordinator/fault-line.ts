/** A line about a fault on purpose, among librdkafka's. */
import { type ClientLog, FAULT_FACILITY } from '../transport/transport.ts';

/** Syslog's. */
const INFO_LEVEL = 6;

export function faultLine(message: string): ClientLog {
  return { level: INFO_LEVEL, facility: FAULT_FACILITY, message };
}
