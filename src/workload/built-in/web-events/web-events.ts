/** Events of a web shop's visitors: the record, its schema and its parameters. Their types: variants.ts. */
import type { AvroRecordSchema, WorkloadDefinition } from '../../definition.ts';
import { type WebEventParams, WebEventRecords } from './record.ts';
import { variants } from './variants.ts';

export const webEventDefaults: WebEventParams = { users: 1000, products: 500 };

const namespace = 'load.web';

export const webEventSchema: AvroRecordSchema = {
  type: 'record',
  name: 'WebEvent',
  namespace,
  doc: 'Something a visitor of a web shop did.',
  fields: [
    { name: 'user_id', doc: 'Number of the visitor.', type: 'int' },
    { name: 'event_type', doc: `One of ${variants.map(({ type }) => type).join(', ')}.`, type: 'string' },
    {
      name: 'timestamp',
      doc: 'When it happened: ISO 8601 to the microsecond, in UTC, without a zone.',
      type: 'string',
    },
    {
      name: 'metadata',
      doc: 'What there is to say about an event of this type.',
      type: variants.map(({ record, doc, metadata }) => ({
        type: 'record',
        name: record,
        namespace,
        doc,
        fields: metadata.map((field) => ({ name: field.name, doc: field.doc, type: field.type })),
      })),
    },
  ],
};

const weightedFields = { event_type: Object.fromEntries(variants.map(({ type }) => [type, 1])) };

export const webEvents: WorkloadDefinition = {
  name: 'web-events',
  description: 'events of the visitors of a web shop: product views, carts, bounces',
  fieldNames: webEventSchema.fields.map((field) => field.name),
  keyFields: ['user_id', 'event_type'],
  weightedFields,
  explain: {
    user_id: 'one visitor of `users`, all equally likely',
    event_type: 'drawn by its weights; it decides which record `metadata` is',
    timestamp:
      'when the record is due (start of the run + its place in the schedule), to the millisecond; the last three digits are drawn',
    metadata:
      'a product with its own category and price, fields by their weights, numbers of which small ones are usual',
  },
  eventText: ({ user_id: user, event_type: type, metadata }) =>
    `Event sent - User: ${user}, Type: ${type}, Metadata: ${JSON.stringify(metadata)}`,
  avroSchema: webEventSchema,
  defaultKey: { kind: 'field', field: 'user_id' },
  defaultTopic: 'user-events',
  readMark: () => undefined,
  open: (record, identity) =>
    new WebEventRecords(
      record,
      identity,
      { ...webEventDefaults, ...record.params },
      record.fields.event_type?.weighted ?? weightedFields.event_type,
    ),
};
