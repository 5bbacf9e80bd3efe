import { describe, expect, test } from 'vitest';
import { jsonLine, type ReadRecord, textLine } from '../../src/report/record-line.ts';

const bytes = (text: string) => Buffer.from(text);

const record: ReadRecord = {
  topic: 'orders',
  partition: 3,
  offset: 41,
  timestampMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  key: bytes('k1'),
  headers: [],
  value: { kind: 'json', text: '{"price":1.10,"id":9007199254740993}' },
};
const place = '"topic":"orders","partition":3,"offset":41,"timestamp":1767323045006';

describe('json', () => {
  test('is one object a line, its numbers as they were written', () => {
    expect(jsonLine(record)).toBe(`{${place},"key":"k1","value":{"price":1.10,"id":9007199254740993}}`);
  });

  test('with lines in it becomes one', () => {
    const value = { kind: 'json', text: '{\n "a": [1,\r\n 2]}' } as const;
    expect(jsonLine({ ...record, value })).toBe(`{${place},"key":"k1","value":{"a":[1,2]}}`);
  });

  test('says what is Avro, text, bytes or nothing', () => {
    const avro = { kind: 'avro', schemaId: 7, value: { raw: bytes('x'), big: 2n ** 60n } } as const;
    expect(JSON.parse(jsonLine({ ...record, value: avro }))).toMatchObject({
      schemaId: 7,
      value: { raw: 'eA==', big: '1152921504606846976' },
    });
    expect(JSON.parse(jsonLine({ ...record, value: { kind: 'text', text: 'a "b"\n' } })).value).toBe('a "b"\n');
    const raw = { kind: 'bytes', bytes: bytes('x'), problem: 'no schema' } as const;
    expect(JSON.parse(jsonLine({ ...record, value: raw }))).toMatchObject({
      valueBase64: 'eA==',
      problem: 'no schema',
    });
    expect(JSON.parse(jsonLine({ ...record, value: null, key: null }))).toMatchObject({ key: null, value: null });
  });

  test('keys and headers that are no text are base64 and say so', () => {
    const headers = [
      ['a', bytes('1')],
      ['a', null],
      ['b', Buffer.from([255])],
    ] as const;
    expect(JSON.parse(jsonLine({ ...record, key: Buffer.from([255]), headers }))).toMatchObject({
      keyBase64: '/w==',
      headers: [
        ['a', '1'],
        ['a', null],
        ['b', { base64: '/w==' }],
      ],
    });
  });
});

describe('text', () => {
  test('is time, place, key and value', () => {
    expect(textLine(record)).toBe('2026-01-02T03:04:05.006Z orders[3]@41 k1 {"price":1.10,"id":9007199254740993}');
    expect(textLine({ ...record, timestampMs: 0, key: null, value: null })).toBe('- orders[3]@41 - null');
    const headers = [
      ['source', bytes('load')],
      ['empty', bytes('')],
    ] as const;
    expect(textLine({ ...record, headers })).toContain(' k1 (source=load, empty="") {');
  });

  test('stays on one line, and gives a terminal nothing to obey', () => {
    for (const text of ['a\nb', '\x1b[2J', 'x\x9by', 'x\x7f', 'a\u2028b', '{"a":"\x9b"}']) {
      const kind = text.startsWith('{') ? 'json' : 'text';
      const line = textLine({ ...record, key: bytes(text), headers: [['h', bytes(text)]], value: { kind, text } });
      expect(line).not.toMatch(/[\p{Cc}\u2028]/u);
    }
  });
});

test('numbers of JSON with lines in it keep their digits', () => {
  const value = { kind: 'json', text: '{\n "n": 1795292668348461057, "x": 1.0, "y": 1e999\n}' } as const;
  const line = jsonLine({ ...record, value });
  expect(line).toContain('"value":{"n":1795292668348461057,"x":1.0,"y":1e999}');
});

test('what JSON has no number for is text', () => {
  const value = { kind: 'avro', schemaId: 7, value: { x: Number.NaN, y: [Infinity, -Infinity] } } as const;
  expect(textLine({ ...record, value })).toContain('{"x":"NaN","y":["Infinity","-Infinity"]}');
});
