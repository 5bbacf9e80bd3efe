/** The flags of `verify`. */
import { type Flags, list, text } from './flag-kinds.ts';
import { config, logLevel, OUTPUT, WHERE } from './flags.ts';

export const verifyFlags = {
  'bootstrap-servers': text(WHERE, 'host:port[,host:port]; by default those of the run'),
  'consumer-config': list(WHERE, 'any librdkafka property: name=value; may be repeated', { alias: 'X' }),
  profile: text(WHERE, 'takes servers and security from this profile', { alias: 'p' }),
  format: text(OUTPUT, 'text, or json: an object by scenario', { default: 'text' }),
  ...logLevel,
  ...config,
} satisfies Flags;
