/** A new type of event is one more object in the list of variants: all else follows from it. */
import avsc from 'avsc';
import { expect, test, vi } from 'vitest';
import type { EventVariant } from '../../../src/workload/built-in/web-events/variants.ts';
import { webEvents } from '../../../src/workload/built-in/web-events/web-events.ts';
import { WIRE_HEADER_BYTES } from '../../../src/workload/encoding/avro.ts';
import { messagesOf, recordContext, recordPlan } from '../fixture.ts';

vi.mock('../../../src/workload/built-in/web-events/variants.ts', async (importOriginal) => {
  const { variants } = await importOriginal<{ variants: readonly EventVariant[] }>();
  const search: EventVariant = {
    type: 'search',
    record: 'Search',
    doc: 'Something was looked for.',
    metadata: [
      { name: 'device', doc: 'Used.', kind: 'weighted', type: 'string', weights: { desktop: 3, mobile: 1 } },
      {
        name: 'hits',
        doc: 'Found.',
        kind: 'drawn',
        type: 'int',
        values: () => [0, 1, 2],
        drawnBy: 'hits',
        likely: 'all',
      },
    ],
  };
  return { variants: [...variants, search] };
});

test('schema, weights, both encodings and samples know it', () => {
  expect(webEvents.weightedFields.event_type).toHaveProperty('search', 1);
  const plan = {
    workload: 'web-events',
    key: webEvents.defaultKey,
    fields: { event_type: { weighted: { search: 1 } } },
  };
  const messages = (format: 'avro' | 'json') => messagesOf(recordPlan({ ...plan, format }), recordContext(), 1, 400);
  const type = avsc.Type.forSchema(webEvents.avroSchema as never);
  const json = messages('json').map(({ payload }) => JSON.parse(payload.toString()));
  const avro = messages('avro').map(({ payload }) => type.fromBuffer(payload.subarray(WIRE_HEADER_BYTES)));
  for (const [i, { event_type, metadata }] of json.entries()) {
    expect(event_type).toBe('search');
    expect(Object.keys(metadata)).toEqual(['device', 'hits']);
    expect(avro[i].metadata).toEqual({ 'load.web.Search': metadata });
  }
  const generator = webEvents.open(recordPlan(plan), recordContext());
  expect(generator.generate(7, 7, Date.UTC(2025, 0, 1)).metadata).toEqual(json[7].metadata);
  expect(new Set(json.map(({ metadata }) => `${metadata.device} ${metadata.hits}`)).size).toBe(6);
});
