/**
 * Values that must never appear in any output. They are remembered once, where they are read, and everything written
 * afterwards goes through `scrub` (text) or `redact` (plain data); the set lives as long as the process.
 */
const secretValues = new Set<string>();

export const REDACTED = '***';

/** Below this a value is too short to be a secret, and removing it from running text would only garble it. */
const SCRUB_LENGTH_MIN = 4;

const SECRET_ENVIRONMENT_NAME = /SECRET|PASSWORD|TOKEN|KEY/i;

/** Client properties that hold a secret itself, not a path to one. */
const SECRET_PROPERTY =
  /password|secret|\.pem$|jaas|basic\.auth\.user\.info|bearer\.auth\.token|oauthbearer\.(config|assertion\.private\.key\.passphrase)/i;

export function isSecretEnvironmentName(name: string): boolean {
  return SECRET_ENVIRONMENT_NAME.test(name);
}

/** `sasl.password`, `ssl.key.pem`, …; the certificates' own `.pem` are covered too, to be on the safe side. */
export function isSecretProperty(name: string): boolean {
  return SECRET_PROPERTY.test(name);
}

export function rememberSecret(value: string): void {
  if (value === '') return;
  secretValues.add(value);
  // A PEM block is printed line by line as often as whole.
  for (const line of value.split('\n')) if (line.trim().length > 16) secretValues.add(line.trim());
}

/** For tests, which share a process. */
export function forgetSecrets(): void {
  secretValues.clear();
}

/** The text with every remembered secret (of four characters or more) replaced by `***`. */
export function scrub(text: string): string {
  let scrubbed = text;
  // Longest first: a secret inside another must not leave the other's ends behind.
  for (const secret of [...secretValues].sort((a, b) => b.length - a.length)) {
    if (secret.length < SCRUB_LENGTH_MIN) continue;
    for (const form of writtenForms(secret)) scrubbed = scrubbed.replaceAll(form, REDACTED);
  }
  return scrubbed;
}

/**
 * A copy of plain data without secrets: values of secret properties whole, remembered secrets wherever they occur in
 * keys or values.
 */
export function redact<T>(data: T): T {
  return redactValue(data, () => true, true) as T;
}

/** Words, times, hashes and histograms of our own, without which data is not what it was. */
const OWN_KEYS = new Set([
  ...['kind', 'status', 'outcome', 'phase', 'activity', 'limitedBy', 'model', 'mode', 'mark', 'by'],
  ...['startedAt', 'firstAt', 'profileHash', 'histograms', 'latencySeries'],
]);

/**
 * The same for data of our own making: its numbers were measured, and its keys are ours, whatever a secret looks like.
 * @param names keys that somebody else chose.
 */
export function redactTexts<T>(data: T, names: readonly string[]): T {
  return redactValue(data, (key) => names.includes(key), false) as T;
}

function redactValue(value: unknown, isFree: (key: string) => boolean, withNumbers: boolean): unknown {
  if (typeof value === 'string') return secretValues.has(value) ? REDACTED : scrub(value);
  if (typeof value === 'number' && withNumbers) return scrub(String(value)) === String(value) ? value : REDACTED;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, isFree, withNumbers));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    if (!isFree(key) && OWN_KEYS.has(key)) return [key, inner] as const;
    const secret = isSecretProperty(key) && typeof inner === 'string';
    return [isFree(key) ? scrub(key) : key, secret ? REDACTED : redactValue(inner, isFree, withNumbers)] as const;
  });
  return Object.fromEntries(entries);
}

/** As it is, and as it reads inside JSON or a URL. */
function writtenForms(secret: string): Set<string> {
  return new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(Buffer.from(secret).toString())]);
}
