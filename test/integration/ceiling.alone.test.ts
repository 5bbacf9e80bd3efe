import { afterAll, expect, test } from 'vitest';
import { killCommands, startCommand } from './command.ts';
import { profileFile } from './profile-file.ts';

afterAll(killCommands);

test('doctor --ceiling measures this machine, not the cluster of the profile', async () => {
  const profile = profileFile(
    { executor: 'constant-arrival-rate', rate: 5, duration: '1h', multipliers: 'none' },
    {
      kafka: {
        'bootstrap.servers': 'nowhere.example:9092',
        'security.protocol': 'SASL_SSL',
        'sasl.mechanisms': 'PLAIN',
        'sasl.username': 'u',
        'sasl.password': 'p',
      },
      messages: 10,
      thresholds: { failed: ['count==1'] },
    },
  );
  const { code, out, err } = await startCommand(['doctor', '--ceiling', profile]).ended;
  expect(err).not.toContain('error');
  expect(code).toBe(0);
  const [noBroker, embedded] = ['no broker', 'embedded cluster'].map((what) => {
    return Number(new RegExp(`${what} +([0-9,]+)/s`).exec(out)![1]!.replaceAll(',', ''));
  });
  // Else something else ran meanwhile, which it says.
  if (noBroker! <= embedded!) expect(out).toContain('this machine was busy meanwhile');
  expect(embedded).toBeGreaterThan(1_000);
  expect(out).toContain('the broker will be measured, not this machine');
});

test('a dry run measures it as well where the profile describes the embedded cluster', async () => {
  const profile = profileFile(
    { executor: 'constant-arrival-rate', rate: 5, duration: '1h' },
    { embedded: { rtt: '5ms' } },
  );
  const { code, out } = await startCommand(['run', profile, '--dry-run']).ended;
  expect(code).toBe(0);
  expect(out).toMatch(/^Ceiling +[0-9,]+ records\/s/m);
});

test.each([
  ['doctor --ceiling', (profile: string) => ['doctor', '--ceiling', profile]],
  ['a dry run', (profile: string) => ['run', profile, '--dry-run']],
])('%s leaves the consumers of the profile out, and says so', async (_, args) => {
  const profile = profileFile(
    { executor: 'constant-arrival-rate', rate: 5, duration: '1h' },
    { consumers: { readers: { topics: ['t'], verify: true } } },
  );
  const { code, err } = await startCommand(args(profile)).ended;
  expect(err).not.toContain('error');
  expect(err).toContain('consumers are left out: a ceiling measures no reading');
  expect(code).toBe(0);
});
