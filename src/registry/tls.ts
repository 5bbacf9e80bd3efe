/** TLS to a schema registry: its files, checked before anything is asked, and in words why there is no trust. */
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { InputError, LoadError, type Problem } from '../errors.ts';
import type { SchemaRegistrySpec } from '../profile/profile.ts';
import { scrub } from '../secrets.ts';

/** Those of OpenSSL itself name the library, and have the reason without the rest. */
type TlsError = NodeJS.ErrnoException & { readonly library?: string; readonly reason?: string };

/** @throws InputError naming every file that cannot be read, or that is not what it should be. */
export function tlsOptions({ tls }: SchemaRegistrySpec): SecureContextOptions {
  const problems: Problem[] = [];
  const found = (name: string, message: string, hint?: string) => {
    problems.push({ path: `schemaRegistry.${name}`, message, ...(hint !== undefined && { hint }) });
  };
  const read = (name: string, file: string | undefined): Buffer | undefined => {
    if (file === undefined) return undefined;
    try {
      return readFileSync(file);
    } catch (error) {
      found(name, `cannot be read: ${(error as Error).message}`);
      return undefined;
    }
  };
  const ca = read('ssl.ca.location', tls.caFile);
  const cert = read('ssl.certificate.location', tls.certificateFile);
  const key = read('ssl.key.location', tls.keyFile);
  // OpenSSL passes over a file of authorities that has none, and then trusts nobody.
  if (ca?.includes('-----BEGIN CERTIFICATE-----') === false)
    found('ssl.ca.location', `no certificate in ${tls.caFile}`);
  const passphrase = tls.keyPassword;
  const check = (name: string, options: SecureContextOptions, what: string, hint?: string) => {
    const reason = refusalOf(options);
    if (reason !== undefined) found(name, `${what}: ${reason}`, hint);
    return reason === undefined;
  };
  const withPassword = { ...(key && { key }), ...(passphrase !== undefined && { passphrase }) };
  const isCert = cert && check('ssl.certificate.location', { cert }, `no certificate in ${tls.certificateFile}`);
  const isKey =
    key &&
    check('ssl.key.location', withPassword, `${tls.keyFile} cannot be used`, 'a PEM file; ssl.key.password opens it');
  if (isCert && isKey) check('ssl.key.location', { ...withPassword, cert }, 'it is not the key of the certificate');
  if (problems.length > 0) throw new InputError(problems);
  return { ...(ca && { ca }), ...(cert && { cert }), ...withPassword };
}

/** OpenSSL's reason; undefined where it takes them. */
function refusalOf(options: SecureContextOptions): string | undefined {
  try {
    createSecureContext(options);
    return undefined;
  } catch (error) {
    return reasonOf(error as TlsError);
  }
}

/** Certificates and protocol versions are the same at the next attempt. */
export function isDistrust({ code = '' }: NodeJS.ErrnoException): boolean {
  return /^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/.test(code);
}

/** @param url the registry's, without credentials. */
export function distrusted(url: string, error: TlsError): LoadError {
  const message = scrub(`no TLS connection to the schema registry ${url}: ${reasonOf(error)} (${error.code})`);
  return new LoadError('REGISTRY_TLS', message, { hint: hintFor(error), cause: error });
}

/** Without OpenSSL's places in its sources: `…:error:0A00010B:SSL routines:FUNCTION:REASON:FILE:LINE:…`. */
function reasonOf({ library, reason, message }: TlsError): string {
  if (library !== undefined && reason !== undefined) return reason;
  return /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] ?? message.trim();
}

function hintFor(error: TlsError): string {
  const { code } = error;
  const reason = reasonOf(error);
  if (/wrong version number|packet length too long|http request/.test(reason)) return 'check whether it needs http://';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'schemaRegistry.url must have a name from its certificate';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return 'renew the certificate, or correct the clock of this machine';
  }
  if (/alert/.test(reason) && /certificate|unknown ca|handshake failure/.test(reason)) {
    return 'it may require a client certificate: ssl.certificate.location with ssl.key.location';
  }
  if (/protocol version|unsupported protocol/.test(reason)) return 'it does not support TLS 1.2 or later';
  return 'schemaRegistry takes ssl.ca.location, and ssl.certificate.location with ssl.key.location';
}
