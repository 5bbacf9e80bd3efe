/** Names of many topics as one: `load-{0..999}` is `load-0` to `load-999`, and `{000..999}` keeps the zeros. */
const RANGE = /^([^{}]*)\{(\d+)\.\.(\d+)\}([^{}]*)$/;

/** Whether it names several topics; a name of a topic has no braces. */
export function isTopicPattern(name: string): boolean {
  return name.includes('{') || name.includes('}');
}

/** In order; one name is itself. @throws RangeError where it is a pattern without a range, or one that runs backwards. */
export function topicNames(name: string): readonly string[] {
  if (!isTopicPattern(name)) return [name];
  const [, before = '', first = '', last = '', after = ''] = RANGE.exec(name) ?? [];
  if (first === '') throw new RangeError(`\`${name}\` has no range of numbers such as {0..999}`);
  const count = Number(last) - Number(first) + 1;
  if (count < 1) throw new RangeError(`the range of \`${name}\` runs backwards`);
  const digits = first.startsWith('0') ? first.length : 1;
  return Array.from({ length: count }, (_, i) => `${before}${String(Number(first) + i).padStart(digits, '0')}${after}`);
}
