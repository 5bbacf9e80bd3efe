import { afterEach, expect, test } from 'vitest';
import { hideArguments, revealArguments } from '../src/hidden-arguments.ts';
import { forgetSecrets, rememberSecret } from '../src/secrets.ts';

afterEach(forgetSecrets);

test('a child gets secrets that its arguments do not show, in their order', () => {
  rememberSecret('hunter22');
  const args = ['run', '--set=a=hunter22', '--set=a=b', '-X', 'sasl.password=hunter22'];
  const { args: shown, env } = hideArguments(args, { PATH: '/bin' });
  expect(shown).toEqual(['run', '--set=a=***', '--set=a=b', '-X', 'sasl.password=***']);
  expect(revealArguments(shown, env)).toEqual(args);
  expect(env).toEqual({ PATH: '/bin' });
});

test('without secrets nothing is added', () => {
  expect(hideArguments(['run', 'atm'], { PATH: '/bin' })).toEqual({ args: ['run', 'atm'], env: { PATH: '/bin' } });
  expect(revealArguments(['run', '***'], {})).toEqual(['run', '***']);
});
