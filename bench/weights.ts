/**
 * `npm run check:weights [-- --records N --workload NAME]`: a χ² test of goodness of fit of every weighted field of every
 * workload, pooled and fresh, over records that were really encoded, and decoded again by their Avro schema. Prints a
 * Markdown table, and ends with 1 where a p is below 0.001. All of it takes five minutes of one core.
 */

import { parseArgs } from 'node:util';
import avsc from 'avsc';
import type { Plan } from '../src/plan/plan.ts';
import { plan } from '../src/planning.ts';
import { goodnessOfFit } from '../src/result/chi-square.ts';
import { workloads } from '../src/workload/built-in/built-in.ts';
import { WIRE_HEADER_BYTES } from '../src/workload/encoding/avro.ts';
import { definitionOf } from '../src/workload/loaded-definition.ts';
import type { RecordPlan } from '../src/workload/record-plan.ts';
import { placeIn, weightingName } from '../src/workload/weighting.ts';
import { createRecordSource, openWeightings } from '../src/workload/workload.ts';

const P_MIN = 0.001;
const BATCH = 1000;

const { values } = parseArgs({
  options: { records: { type: 'string', default: '10000000' }, workload: { type: 'string', multiple: true } },
});
const records = Number(values.records);
const all = Object.keys(workloads).filter((name) => Object.keys(workloads[name]!.weightedFields).length > 0);

let misses = 0;
row(['workload', 'field', 'mode', 'records', 'χ²', 'degrees of freedom', 'p']);
row(['---', '---', '---', '---:', '---:', '---:', '---:']);
for (const workload of values.workload ?? all) {
  for (const mode of ['fresh', 'pooled'] as const) {
    const { plan: planned } = await plan(workload, {
      env: {},
      overrides: { set: [`scenarios.${workload}.payload={ mode: ${mode} }`] },
    });
    check(workload, planned);
  }
}
process.exitCode = misses === 0 ? 0 : 1;

function check(workload: string, { seed, runTag, lanes }: Plan): void {
  const { name, record, partitioner } = lanes[0]!;
  const identity = { seed, scenario: name, runTag };
  const weightings = openWeightings(record, identity);
  const counts = weightings.map(({ values }) => new Float64Array(values.length));
  const source = createRecordSource(record, {
    ...identity,
    partitioner,
    partitions: 12,
    batchMax: BATCH,
    worker: 0,
    workers: 1,
  });
  const decode = decoderOf(record);
  const times = new Float64Array(source.batchMax);
  const { payload, payloadOffset, payloadLength } = source.records;
  for (let first = 0; first < records; first += source.batchMax) {
    const n = Math.min(source.batchMax, records - first);
    // A record a millisecond.
    for (let j = 0; j < n; j++) times[j] = Date.UTC(2025, 0, 1) + first + j;
    source.prepare(first, 1, n, times);
    for (let j = 0; j < n; j++) {
      const at = payload.byteOffset + payloadOffset[j]! + WIRE_HEADER_BYTES;
      const value = decode(Buffer.from(payload.buffer, at, payloadLength[j]! - WIRE_HEADER_BYTES));
      for (const [i, weighting] of weightings.entries()) {
        const place = placeIn(weighting, value);
        if (place >= 0) counts[i]![place]! += 1;
      }
    }
  }
  for (const [i, weighting] of weightings.entries()) {
    const fit = goodnessOfFit(counts[i]!, weighting.shares);
    if (fit === undefined || fit.p < P_MIN) misses += 1;
    const numbers = fit && [fit.chiSquare.toPrecision(4), String(fit.degreesOfFreedom), fit.p.toPrecision(4)];
    const counted = counts[i]!.reduce((sum, count) => sum + count, 0).toLocaleString('en');
    row([workload, `\`${weightingName(weighting)}\``, record.mode, counted, ...(numbers ?? ['too few', '', ''])]);
  }
}

type Value = Readonly<Record<string, unknown>>;

/** What a record says; of a union of records, which avsc wraps into their names, the record itself. */
function decoderOf(record: RecordPlan): (body: Buffer) => Value {
  const schema = definitionOf(record.workload).avroSchema as unknown as avsc.Schema;
  const type = avsc.Type.forSchema(schema) as avsc.types.RecordType;
  const unions = type.fields.filter((field) => field.type.typeName === 'union:wrapped').map(({ name }) => name);
  return (body) => {
    const value = type.fromBuffer(body);
    for (const name of unions) value[name] = Object.values(value[name] as Value)[0];
    return value;
  };
}

function row(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
