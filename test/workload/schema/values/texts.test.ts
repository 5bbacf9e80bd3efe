/** Texts and bytes: their letters and digits, and the frames that Avro and JSON put around them. */
import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CounterRng } from '../../../../src/workload/random.ts';
import {
  avroFramed,
  bytesOf,
  type Framed,
  idWord,
  jsonBase64,
  jsonText,
  letters,
  numbered,
  type Raw,
  randomBytes,
  textOf,
  uuid,
  writeUtf8,
  written,
} from '../../../../src/workload/schema/values/texts.ts';
import { chiSquareZ } from '../../statistics.ts';

const rng = new CounterRng(42, 'texts');
const draws = Array.from({ length: 4000 }, (_, i) => i);

/** Texts that are given, draw by draw. */
function given(texts: readonly string[], plain = false): Raw {
  const bytesMax = Math.max(...texts.map((text) => Buffer.byteLength(text)));
  return { bytesMax, plain, write: (into, at, draw) => writeUtf8(into, at, texts[draw]!) };
}

/** What a frame writes for a draw; nothing is touched but the room that it asks for. */
function framed({ bytesMax, write }: Framed, draw: number): Buffer {
  const bytes = Buffer.alloc(bytesMax + 10, 0xee);
  const end = write(bytes, 3, draw);
  const around = [...bytes.subarray(0, 3), ...bytes.subarray(bytesMax + 3)];
  expect(around).toEqual(Array(10).fill(0xee));
  expect(end).toBeLessThanOrEqual(bytesMax + 3);
  return bytes.subarray(3, end);
}

/** Whether each of `n` numbers occurs as often as the others. */
function expectEven(found: readonly number[], n: number): void {
  const counts = Array<number>(n).fill(0);
  for (const each of found) counts[each]! += 1;
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(found.length);
  expect(Math.abs(chiSquareZ(counts))).toBeLessThan(4);
}

/** Whether what stands at two places of the same text is alike no more often than chance has it. */
function expectIndependent(found: readonly (readonly unknown[])[], places: number, alike: number): void {
  for (let place = 0; place < places; place++) {
    for (let other = 0; other < place; other++) {
      const both = found.filter(({ length }) => length > place);
      const same = both.filter((each) => each[place] === each[other]).length;
      expect(Math.abs(chiSquareZ([same, both.length - same], [alike, 1 - alike]))).toBeLessThan(5);
    }
  }
}

describe('frames', () => {
  // Of lengths beside those at which the length itself takes another byte.
  const texts = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc
        .tuple(
          fc.constantFrom('x', 'ü', '€', '𝄞', '"', '\n', '\u0001'),
          fc.constantFrom(0, 20, 63, 64, 300, 8191, 8192),
        )
        .map(([letter, count]) => letter.repeat(count)),
    ),
    { minLength: 1, maxLength: 4 },
  );

  test('of Avro are what avsc writes', () => {
    const type = avsc.Type.forSchema('string');
    fc.assert(
      fc.property(texts, (all) => {
        for (const [i, text] of all.entries()) {
          expect(framed(avroFramed(given(all)), i).equals(type.toBuffer(text))).toBe(true);
        }
      }),
    );
  });

  test('of JSON are what JSON.stringify writes', () => {
    fc.assert(
      fc.property(texts, (all) => {
        for (const [i, text] of all.entries()) {
          expect(framed(jsonText(given(all)), i).toString()).toBe(JSON.stringify(text));
          const base64 = JSON.stringify(Buffer.from(text).toString('base64'));
          expect(framed(jsonBase64(given(all)), i).toString()).toBe(base64);
        }
      }),
    );
    expect(framed(jsonText(given(['plain'], true)), 0).toString()).toBe('"plain"');
  });

  test('a text that is made as one has room for any of its characters', () => {
    for (const text of ['x', 'ü', '€', '𝄞'].map((letter) => letter.repeat(50))) {
      const raw = written(() => text, text.length);
      expect(framed(raw, 0).toString()).toBe(text);
      expect(framed(jsonText(raw), 0).toString()).toBe(JSON.stringify(text));
    }
  });
});

describe('letters', () => {
  test('are of every length alike, and have vowels twice', () => {
    const raw = letters(rng, { min: 3, max: 17 });
    const texts = draws.map((draw) => framed(raw, draw).toString());
    expectEven(
      texts.map(({ length }) => length - 3),
      15,
    );
    // Each place for itself: a letter has five bits of its own.
    const alphabet = [...'abcdefghijklmnopqrstuvwxyz'];
    const shares = alphabet.map((letter) => ('aeiouy'.includes(letter) ? 2 : 1) / 32);
    for (let place = 0; place < 17; place++) {
      const at = texts.flatMap((text) => text[place] ?? []);
      const counts = alphabet.map((letter) => at.filter((each) => each === letter).length);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(at.length);
      expect(Math.abs(chiSquareZ(counts, shares))).toBeLessThan(4);
    }
    expectIndependent(
      texts.map((text) => [...text]),
      13,
      shares.reduce((sum, share) => sum + share ** 2, 0),
    );
  });

  test('of one length, and of none', () => {
    expect(new Set(draws.map((draw) => textOf(letters(rng, { min: 7, max: 7 }), draw).length))).toEqual(new Set([7]));
    expect(textOf(letters(rng, { min: 0, max: 0 }), 1)).toBe('');
  });
});

test('random bytes are of every length and value alike, at each place', () => {
  const raw = randomBytes(rng, { min: 2, max: 10 });
  expect(raw.plain).toBe(false);
  const all = draws.map((draw) => framed(raw, draw));
  expectEven(
    all.map(({ length }) => length - 2),
    9,
  );
  for (let place = 0; place < 10; place++) {
    const at = all.flatMap((bytes) => bytes[place] ?? []);
    expectEven(
      at.map((byte) => byte >> 4),
      16,
    );
    expectEven(
      at.map((byte) => byte & 15),
      16,
    );
  }
  const nibbles = all.map((bytes) => [...bytes].flatMap((byte) => [byte >> 4, byte & 15]));
  expectIndependent(nibbles, 20, 1 / 16);
});

test('a UUID is of version 4 and variant 10 (RFC 9562), and its other 122 bits are random', () => {
  const texts = draws.map((draw) => framed(uuid(rng), draw).toString());
  for (const text of texts)
    expect(text).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const digits = texts.map((text) => [...text.replaceAll('-', '')].map((digit) => Number.parseInt(digit, 16)));
  for (let place = 0; place < 32; place++) {
    const at = digits.map((each) => each[place]!);
    if (place === 12) continue;
    if (place === 16)
      expectEven(
        at.map((digit) => digit - 8),
        4,
      );
    else expectEven(at, 16);
  }
  const free = digits.map((each) => each.filter((_, place) => place !== 12 && place !== 16));
  const pairsOfBits = free.map((each) => each.flatMap((digit) => [digit & 3, digit >> 2]));
  expectIndependent(pairsOfBits, 60, 1 / 4);
  expect(new Set(texts).size).toBe(texts.length);
});

test('ids without a rule: a word and one of ten thousand numbers', () => {
  const found = draws.map((draw) => textOf(numbered(rng, 'customer'), draw));
  for (const each of found) expect(each).toMatch(/^customer-\d{4}$/);
  const numbers = found.map((each) => Number(each.slice('customer-'.length)));
  expectEven(
    numbers.map((number) => Math.floor(number / 100)),
    100,
  );
});

test.each<[string, string | undefined]>([
  ['customer_id', 'customer'],
  ['customerId', 'customer'],
  ['CUSTOMER_ID', 'customer'],
  ['customerID', 'customer'],
  ['card_owner_id', 'card-owner'],
  ['id', undefined],
  ['_id', undefined],
  ['ID', undefined],
  ['paid', undefined],
  ['customer_ids', undefined],
])('%s is the id of %s', (name, word) => {
  expect(idWord(name)).toBe(word);
});

test('bytes and texts are what was written, not the room behind', () => {
  expect(bytesOf(given(['ab', 'longer']), 0)).toEqual(Buffer.from('ab'));
  expect(textOf(given(['ab', 'longer']), 0)).toBe('ab');
});
