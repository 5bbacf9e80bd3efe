import { expect, test } from 'vitest';
import { outageFilter } from '../../src/commands/outage.ts';

const line = (message: string, facility = 'FAIL') => ({ level: 3, facility, message });

test('an outage is told once, again after half a minute, and other lines pass', () => {
  const said: string[] = [];
  let nowMs = 0;
  const say = (text: string) => said.push(text);
  const filter = outageFilter(
    { servers: 'a:1,b:2', meanwhile: 'no message is lost' },
    say,
    ({ message }) => say(message),
    () => nowMs,
  );
  const outage = () => {
    filter(
      line('[thrd:a:1/0]: a:1/0: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)'),
    );
    filter(line('[thrd:a:1/0]: 1/2 brokers are down', 'ERROR'));
    filter(line('[thrd:a:1/0]: 2/2 brokers are down', 'ERROR'));
    filter(line('2/2 brokers are down', '_ALL_BROKERS_DOWN'));
  };
  const warning = 'no broker of a:1,b:2 answers: waiting until one does; no message is lost';
  outage();
  expect(said).toEqual([warning]);
  nowMs = 29_000;
  outage();
  filter(line('SASL authentication failed'));
  expect(said).toEqual([warning, 'SASL authentication failed']);
  nowMs = 31_000;
  outage();
  expect(said).toEqual([warning, 'SASL authentication failed', warning]);
});
