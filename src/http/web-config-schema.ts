import { validateHeaderValue } from 'node:http';
import { z } from 'zod';
import { parseGoDuration } from './go-duration.ts';
import { cipherSuites, curves, tlsVersions } from './go-tls-names.ts';

/** Headers that may be set, with the values they may have where those are few. */
const settableHeaders: Readonly<Record<string, readonly string[]>> = {
  'Content-Security-Policy': [],
  'X-Frame-Options': ['deny', 'sameorigin'],
  'X-Content-Type-Options': ['nosniff'],
  'X-XSS-Protection': [],
  'Strict-Transport-Security': [],
};

/** As bcrypt writes it: version, cost, 22 characters of salt and 31 of digest. */
const bcryptHash = /^\$2[aby]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

const text = z.string().nullish();
const names = <const T extends Readonly<Record<string, string>>>(known: T) =>
  z.enum(Object.keys(known) as (keyof T & string)[]);

const cipherSuite = z.string().refine((name) => Object.hasOwn(cipherSuites, name), {
  error: "not among the suites that Go's crypto/tls.CipherSuites() lists",
});

const tlsServerConfig = z.strictObject({
  cert: text,
  key: text,
  client_ca: text,
  cert_file: text,
  key_file: text,
  client_ca_file: text,
  client_auth_type: z
    .enum([
      'NoClientCert',
      'RequestClientCert',
      // The toolkit's old name of the next.
      'RequireClientCert',
      'RequireAnyClientCert',
      'VerifyClientCertIfGiven',
      'RequireAndVerifyClientCert',
    ])
    .nullish(),
  client_allowed_sans: z.array(z.string()).nullish(),
  min_version: names(tlsVersions).nullish(),
  max_version: names(tlsVersions).nullish(),
  cipher_suites: z.array(cipherSuite).nullish(),
  prefer_server_cipher_suites: z.boolean().nullish(),
  curve_preferences: z.array(names(curves)).nullish(),
});

const headers = z.record(z.string(), z.string().nullable()).superRefine((given, context) => {
  for (const [name, value] of Object.entries(given)) {
    const message = headerFault(name, value ?? '');
    if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
  }
});

function headerFault(name: string, value: string): string | undefined {
  const values = Object.hasOwn(settableHeaders, name) ? settableHeaders[name] : undefined;
  if (values === undefined) return `this header cannot be set; these can: ${Object.keys(settableHeaders).join(', ')}`;
  if (value === '') return undefined;
  if (values.length > 0 && !values.includes(value)) return `must be ${values.join(' or ')}`;
  try {
    validateHeaderValue(name, value);
    return undefined;
  } catch {
    return 'has a character that HTTP does not allow in a header';
  }
}

const users = z.record(
  z.string(),
  z.string().regex(bcryptHash, 'not a bcrypt hash ($2a$, $2b$ or $2y$): make one with htpasswd -nB'),
);

/** Milliseconds; a bare number is nanoseconds, as in Go. */
const interval = z
  .union([z.string(), z.int()], { error: 'must be a duration such as 1s' })
  .transform((value, context) => {
    const ms = typeof value === 'string' ? parseGoDuration(value) : value >= 0 ? value / 1e6 : undefined;
    if (ms !== undefined) return ms;
    context.addIssue({ code: 'custom', message: 'must be a duration such as 1s, and not below 0' });
    return z.NEVER;
  });

/**
 * The shape of the Prometheus exporter toolkit's web configuration file
 * (https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md). What is empty is as good as left out.
 */
export const webConfigSchema = z
  .strictObject({
    tls_server_config: tlsServerConfig.nullish(),
    http_server_config: z
      .strictObject({
        /** Taken and without effect: HTTP/1.1 is spoken, which every client can. */
        http2: z.boolean().nullish(),
        headers: headers.nullish(),
      })
      .nullish(),
    basic_auth_users: users.nullish(),
    rate_limit: z.strictObject({ interval: interval.nullish(), burst: z.int().min(0).nullish() }).nullish(),
  })
  .nullable();

export type WebConfigFile = NonNullable<z.infer<typeof webConfigSchema>>;
export type TlsServerConfig = z.infer<typeof tlsServerConfig>;
