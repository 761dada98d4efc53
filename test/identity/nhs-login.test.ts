// Shows: Sign-in | live, patients come by the identity tokens of an NHS login that the operator names: its keys, its audiences, its levels

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { decodeJwt } from 'jose';

import { type Datacentre, startDatacentre } from '../../src/datacentre.ts';
import { aKeyPair } from '../../src/identity/clients/testing.ts';
import { testConfig } from '../support/config.ts';
import { testDatabase } from '../support/database.ts';
import { type Provider, startProvider } from './provider.ts';
import {
  type App,
  assertion,
  ASSERTION_TYPE,
  JWKS,
  OTHER_PAIR,
  PATIENT_SCOPE,
  register,
  type Reply,
  TOKEN_URL,
} from './sign-in.ts';

const database = testDatabase();
const IN = 'subject_token JWT';

/** A live installation whose operator trusts a local issuer, by the address of its keys and by a file with them. */
describe('a patient of a live installation', () => {
  let nhsLogin: Provider;
  let app: App;
  let folder = '';
  let keysFile = '';
  const live: Datacentre[] = [];

  before(async () => {
    nhsLogin = await startProvider('nhs-login');
    folder = await mkdtemp(join(tmpdir(), 'openspine-nhs-login-'));
    keysFile = join(folder, 'jwks.json');
    await writeFile(keysFile, JSON.stringify({ keys: [{ ...nhsLogin.keys.jwk, alg: undefined }] }));
    const { issuer, clientId, jwksUri } = nhsLogin.settings;
    for (const jwks of [jwksUri, keysFile]) {
      const patientIssuer = { issuer, jwks, audiences: ['another-app', clientId] };
      const publicUrls = [new URL(TOKEN_URL).origin];
      const settings = { mode: 'live', patientIssuer, publicUrls } as const;
      const config = testConfig(database().url, settings);
      live.push(await startDatacentre(config, () => undefined));
    }
    app = await register(database(), { jwks: JWKS });
  });
  after(async () => {
    for (const one of live) await one.close();
    await nhsLogin.stop();
    await rm(folder, { recursive: true });
  });

  async function exchange(at: Datacentre, subject: string): Promise<Omit<Reply, 'headers'>> {
    const answer = await fetch(`${at.url}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        subject_token: subject,
        client_assertion_type: ASSERTION_TYPE,
        client_assertion: await assertion(app, new Date()),
      }),
    });
    const text = await answer.text();
    return { status: answer.status, text, body: JSON.parse(text) };
  }

  /** What each of the two, by address and by file, says of a token. */
  async function refusals(subject: string): Promise<unknown[][]> {
    const said = [];
    for (const one of live) {
      const { status, body } = await exchange(one, subject);
      said.push([status, body.error_description]);
    }
    return said;
  }

  test('gets tokens that name their NHS number and level', async () => {
    for (const one of live) {
      const { status, body, text } = await exchange(one, await nhsLogin.idToken());
      assert.equal(status, 200, text);
      const claims = decodeJwt(body.access_token);
      assert.equal(claims['scope'], PATIENT_SCOPE);
      assert.deepEqual(
        [body.refresh_token_expires_in, claims.sub, claims['roles']],
        ['3599', 'f6e4b6b4-0000-4000-8000-000000003071', []],
      );
      const {
        auth_provider: by,
        auth_level: level,
        nhs_number: number,
      } = claims['authentication'] as Record<string, string>;
      assert.deepEqual([by, level, number], ['nhs-login', 'p9', '9912003071']);
    }
  });

  test('whose level is too low for every scope gets none', async () => {
    const token = await nhsLogin.idToken({ identity_proofing_level: 'P5' });
    for (const [status, description] of await refusals(token)) {
      assert.equal(status, 401);
      assert.match(String(description), /^you have tried to request authorization but/);
    }
  });

  test('comes by no token for somebody else, of another issuer or under other keys', async () => {
    const bothSay = (status: number, text: string) => [
      [status, text],
      [status, text],
    ];
    assert.deepEqual(
      await refusals(await nhsLogin.idToken({ aud: 'an-app-of-somebody-else' })),
      bothSay(401, `Invalid 'aud' claim in ${IN}`),
    );
    assert.deepEqual(
      await refusals(await nhsLogin.idToken({ iss: 'https://thief.invalid' })),
      bothSay(400, `Missing or non-matching 'iss' claim in ${IN}`),
    );
    assert.deepEqual(
      await refusals(await nhsLogin.idToken({}, {}, OTHER_PAIR.privateKey)),
      bothSay(401, 'JWT signature verification failed'),
    );
    assert.deepEqual(
      await refusals(await nhsLogin.idToken({}, { kid: 'unknown' })),
      bothSay(401, `Invalid 'kid' header in ${IN} - no matching public key`),
    );
  });

  test('comes by a new key of the file at once, and by an old one no longer', async () => {
    const [, byFile] = live;
    assert.ok(byFile !== undefined);
    const next = aKeyPair('next');
    const token = await nhsLogin.idToken({}, { kid: 'next' }, next.privateKey);
    assert.equal((await exchange(byFile, token)).status, 401);
    await writeFile(keysFile, JSON.stringify({ keys: [next.jwk] }).replace('"RS512"', '"RS256"'));
    assert.equal((await exchange(byFile, token)).status, 200);
    assert.equal((await exchange(byFile, await nhsLogin.idToken())).status, 401);
  });

  test('cannot be signed in here: the platform is no party of that NHS login', async () => {
    const [byUrl] = live;
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: app.key,
      redirect_uri: 'https://client.invalid/callback',
      state: 'x',
      scope: 'nhs-login',
    });
    const url = `${byUrl?.url}/oauth2/authorize?${query.toString()}`;
    assert.equal((await fetch(url, { redirect: 'manual' })).status, 500);
  });
});
