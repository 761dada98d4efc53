import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { parseConfig } from './config.ts';

const parsed = (env: Readonly<Record<string, string>>) =>
  parseConfig({ DATABASE_URL: 'postgres://unused', ...env });

const SESSION_MINUTES = [
  ['OPENSPINE_PLATFORM_SESSION_MINUTES', 720],
  ['OPENSPINE_CIS2_SESSION_MINUTES', 600],
  ['OPENSPINE_BROKER_SESSION_MINUTES', 600],
  ['OPENSPINE_PAGES_SESSION_MINUTES', 720],
  ['OPENSPINE_PAGES_IDLE_MINUTES', 15],
  ['OPENSPINE_PAGES_IDLE_MINUTES_LOWER', 30],
] as const;

describe('the limits of sessions', () => {
  for (const [name, most] of SESSION_MINUTES) {
    test(`${name} may be 1 to ${most}, and nothing else`, () => {
      for (const text of ['1', String(most)]) assert.ok(parsed({ [name]: text }).ok, text);
      for (const text of ['0', String(most + 1), '-1', '1.5', '', 'never', '1e1']) {
        const config = parsed({ [name]: text });
        assert.deepEqual(
          config,
          { ok: false, error: [`${name} must be a number of minutes from 1 to ${most}`] },
          text,
        );
      }
    });
  }
});

describe('a setting', () => {
  test('stands in docs/reference/settings.md, and what stands there is read', () => {
    const page = readFileSync(new URL('../../docs/reference/settings.md', import.meta.url), 'utf8');
    const code = [
      'config.ts',
      'config/audit.ts',
      'config/files.ts',
      'config/measures.ts',
      'config/patient-issuer.ts',
      'config/pds.ts',
      'config/ports.ts',
      '../operations/config.ts',
    ]
      .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'))
      .join('\n');
    const namesIn = (text: string): string[] =>
      [...new Set(text.match(/\b(OPENSPINE_[A-Z0-9_]+|DATABASE_URL)\b/g))].toSorted();
    assert.deepEqual(namesIn(code), namesIn(page));
  });
});

test('an NHS login is named with its keys and audiences, which come over a safe way', () => {
  const issuerOf = (jwks: string, more: Readonly<Record<string, string>> = {}) => {
    const config = parsed({
      OPENSPINE_NHS_LOGIN_ISSUER: 'https://auth.example',
      OPENSPINE_NHS_LOGIN_JWKS: jwks,
      OPENSPINE_NHS_LOGIN_AUDIENCES: 'app-1, app-2',
      ...more,
    });
    return config.ok ? config.value.patientIssuer : config.error;
  };
  for (const jwks of [
    'https://auth.example/jwks',
    'http://127.0.0.1:8080/jwks',
    '/etc/jwks.json',
  ]) {
    const audiences = ['app-1', 'app-2'];
    assert.deepEqual(issuerOf(jwks), { issuer: 'https://auth.example', jwks, audiences });
  }
  assert.match(
    JSON.stringify(issuerOf('http://auth.example/jwks')),
    /must be an https address or a file/,
  );
  assert.match(
    JSON.stringify(issuerOf('http://localhost@evil.example/')),
    /must be an https address/,
  );
  assert.match(JSON.stringify(issuerOf('')), /must be set together/);
  const nobody = { OPENSPINE_NHS_LOGIN_AUDIENCES: ' , ' };
  assert.match(JSON.stringify(issuerOf('/etc/jwks.json', nobody)), /must be set together/);
});

test('ports of sign-in and of the pages are ports, or are not there', () => {
  for (const name of ['OPENSPINE_SIGN_IN_PORT', 'OPENSPINE_PAGES_PORT']) {
    for (const text of ['', '0', '65536', '-1', '4404.5', 'https']) {
      const config = parsed({ [name]: text });
      assert.deepEqual(config, { ok: false, error: [`${name} must be a port number`] }, text);
    }
  }
  const config = parsed({ OPENSPINE_SIGN_IN_PORT: '4404' });
  assert.deepEqual(config.ok && config.value.sharedPorts, { signIn: 4404, pages: null });
});

test('a card agent is on the machine of its user, or not offered at all', () => {
  const agentOf = (text: string) => {
    const config = parseConfig({ DATABASE_URL: 'postgres://x', OPENSPINE_CARD_AGENT: text });
    return config.ok ? config.value.cardAgent : config.error;
  };
  assert.equal(agentOf('none'), null);
  assert.equal(agentOf('http://localhost:5000'), 'http://localhost:5000');
  for (const text of ['http://10.0.0.1:4410', 'https://agent.example', 'http://127.0.0.1', '']) {
    const problem = agentOf(text);
    assert.match(String(problem), /OPENSPINE_CARD_AGENT must be none, or an address such as/);
  }
});
