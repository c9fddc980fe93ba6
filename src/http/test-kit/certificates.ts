import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface CertificateFolder {
  path: string;
  file(name: string): string;
  write(name: string, text: string): string;
  /** `<name>.crt` and `<name>.key`, signed by itself, able to sign others. */
  ca(name: string): void;
  /** `<name>.crt` and `<name>.key`, signed by a CA made before. */
  signed(name: string, ca: string, subjectAltName?: string): void;
  remove(): void;
}

/** A temporary folder for certificates made with openssl; keys are P-256, the fastest to make. */
export function createCertificateFolder(): CertificateFolder {
  const path = mkdtempSync(join(tmpdir(), 'tallyman-http-'));
  const file = (name: string): string => join(path, name);
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: path, stdio: 'pipe' });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  return {
    path,
    file,
    write(name, text) {
      writeFileSync(file(name), text);
      return file(name);
    },
    ca(name) {
      openssl(
        'req',
        '-x509',
        ...newKey,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.crt`,
        '-days',
        '2',
        '-subj',
        `/CN=${name}`,
      );
    },
    signed(name, ca, subjectAltName = 'DNS:localhost,IP:127.0.0.1') {
      openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
      writeFileSync(file(`${name}.ext`), `subjectAltName=${subjectAltName}\n`);
      const by = ['-CA', `${ca}.crt`, '-CAkey', `${ca}.key`, '-CAcreateserial', '-extfile', `${name}.ext`];
      openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-days', '2', '-out', `${name}.crt`);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
