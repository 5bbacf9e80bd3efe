/** Server certificates as tests need them: valid or not, for this host or another. */
import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

/** Signed by itself. @param names DNS names, or IP addresses. */
export function certificate(options: {
  readonly names: readonly string[];
  readonly from?: string;
  readonly to?: string;
}): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const made = forge.pki.createCertificate();
  made.publicKey = forge.pki.publicKeyFromPem(publicKey);
  made.serialNumber = '01';
  made.validity.notBefore = new Date(options.from ?? '2020-01-01');
  made.validity.notAfter = new Date(options.to ?? '2120-01-01');
  const subject = [{ name: 'commonName', value: 'test' }];
  made.setSubject(subject);
  made.setIssuer(subject);
  const altNames = options.names.map((name) =>
    /^[\d.]+$/.test(name) ? { type: 7, ip: name } : { type: 2, value: name },
  );
  made.setExtensions([
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames },
  ]);
  made.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create());
  return { key: privateKey, cert: forge.pki.certificateToPem(made) };
}
