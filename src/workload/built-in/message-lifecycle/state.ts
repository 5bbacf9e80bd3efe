/** Decodes a payload's message and state; foreign payloads give undefined or another mark. */
import type avsc from 'avsc';
import { WIRE_HEADER_BYTES } from '../../encoding/avro.ts';
import { loadAvsc } from '../../encoding/avsc.ts';
import type { Mark } from '../../encoding/mark.ts';
import { parseUuidMark } from '../../encoding/uuid-mark.ts';
import { messageStatusSchema } from './message-lifecycle.ts';

/** The fields of a record. */
export interface MessageState {
  readonly messageId: string;
  readonly phoneNumber: number;
  readonly carrier: string;
  readonly status: string;
  readonly timestamp: number;
}

export interface ReadState {
  readonly mark: Mark;
  readonly state: MessageState;
}

export function messageStateReader(format: 'avro' | 'json'): (payload: Uint8Array) => ReadState | undefined {
  const type = loadAvsc().Type.forSchema(messageStatusSchema as unknown as avsc.Schema);
  const decode = (bytes: Buffer): MessageState =>
    format === 'json' ? JSON.parse(bytes.toString()) : type.fromBuffer(bytes.subarray(WIRE_HEADER_BYTES));
  return (payload) => {
    try {
      const { ...state } = decode(Buffer.from(payload.buffer, payload.byteOffset, payload.length));
      const mark = parseUuidMark(state.messageId);
      return mark && { mark, state };
    } catch {
      return undefined;
    }
  };
}
