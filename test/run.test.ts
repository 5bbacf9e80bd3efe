import { expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import { type RunOptions, run } from '../src/run.ts';

test.each([
  [{ overide: {} }, /there is no option `overide` \(did you mean `overrides`\?\)/],
  [{ Out: 'x' }, /there is no option `Out` \(did you mean `out`\?\)/],
  [{ duration: 5 }, /`duration` is not an option \(it is an override: \{ overrides: \{ duration: … \} \}\)/],
  [{ overrides: { bootstrapServer: 'x:1' } }, /no override `bootstrapServer` \(did you mean `bootstrapServers`\?\)/],
])('JavaScript may pass %j, and is told', async (options, words) => {
  const running = run('quickstart', options as RunOptions);
  await expect(running).rejects.toBeInstanceOf(InputError);
  await expect(running).rejects.toThrow(words);
});
