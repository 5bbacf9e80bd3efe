/** The Avro schema of a record, of which tests differ in their fields. */
export function avroRecord<F>(name: string, fields: F) {
  return { type: 'record' as const, name, fields };
}
