import { expect, test } from 'vitest';
import { refuseOtherSites, requireCsrfToken } from './forgery.ts';

const request = (headers: Record<string, string>): Request =>
  new Request('http://fleet.example:8080/api/v1/hosts', { method: 'POST', headers });

test.each([
  {},
  { origin: 'http://fleet.example:8080' },
  { origin: 'https://fleet.example:8080' },
  { 'sec-fetch-site': 'same-origin', origin: 'http://fleet.example:8080' },
  { 'sec-fetch-site': 'none' },
])('%j is let through', (headers) => expect(() => refuseOtherSites(request(headers))).not.toThrow());

test.each([
  { origin: 'http://evil.example' },
  { origin: 'http://fleet.example' },
  { origin: 'http://fleet.example:8080.evil.example' },
  { origin: 'null' },
  { origin: 'not a url' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'cross-site', origin: 'http://fleet.example:8080' },
  { 'sec-fetch-site': 'same-origin', origin: 'http://evil.example' },
])('%j is refused', (headers) => {
  expect(() => refuseOtherSites(request(headers))).toThrow(/another site/);
});

test("a session's call has to bring its token", () => {
  expect(() => requireCsrfToken(request({ 'x-csrf-token': 'secret' }), 'secret')).not.toThrow();
  expect(() => requireCsrfToken(request({}), 'secret')).toThrow(/X-CSRF-Token/);
  expect(() => requireCsrfToken(request({ 'x-csrf-token': '' }), 'secret')).toThrow(/X-CSRF-Token/);
  expect(() =>
    requireCsrfToken(request({ 'x-csrf-token': 'secret', origin: 'http://evil.example' }), 'secret'),
  ).toThrow(/another site/);
});
