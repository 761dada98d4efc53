import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import * as client from 'openid-client';

import { type Datacentre, startDatacentre } from '../../src/datacentre.ts';
import { CIS2_PATH } from '../../src/platform/config.ts';
import { testConfig } from '../support/config.ts';
import { createDatabase } from '../support/database.ts';
import { freePort } from '../support/ports.ts';

// Shows: Sign-in | a port for sign-in and one for the web pages: either datacentre answers at both, the other when it is gone

let made: Awaited<ReturnType<typeof createDatabase>>;
let a: Datacentre;
let b: Datacentre;
let signIn = '';
let pages = '';
let issuer = '';

before(async () => {
  made = await createDatabase();
  const [signInPort, pagesPort] = [await freePort(), await freePort()];
  signIn = `http://127.0.0.1:${signInPort}`;
  pages = `http://127.0.0.1:${pagesPort}`;
  issuer = `${signIn}${CIS2_PATH}`;
  const sharedPorts = { signIn: signInPort, pages: pagesPort };
  const shared = { sharedPorts, cis2Issuer: issuer, publicUrls: [signIn, pages] };
  const start = (datacentre: 'a' | 'b'): Promise<Datacentre> =>
    startDatacentre(testConfig(made.url, { datacentre, ...shared }), () => undefined);
  a = await start('a');
  b = await start('b');
});
after(async () => {
  await b.close();
  await made.drop();
});

/** A connection of its own each time: that is what is shared out. */
function ask(url: string): Promise<Response> {
  const headers = { connection: 'close', accept: 'text/html' };
  return fetch(url, { headers, redirect: 'manual' });
}

/** Which datacentres answer there. */
async function answering(url: string): Promise<string[]> {
  const names = new Set<string>();
  for (let n = 0; n < 20; n += 1) {
    const answer = await ask(url);
    assert.equal(answer.status, 200, url);
    await answer.arrayBuffer();
    names.add((answer.headers.get('x-served-by') ?? '').slice(0, 1));
  }
  return [...names].toSorted();
}

const doors = () => [`${signIn}/oauth2/jwks`, `${issuer}/connect/jwk_uri`, `${pages}/signin`];

describe('the ports that datacentres share', () => {
  test('lead to either of them', async () => {
    for (const url of doors()) assert.deepEqual(await answering(url), ['a', 'b'], url);
  });

  test('have sign-in and the web pages, and no prescriptions; the port of a datacentre has all', async () => {
    const path = '/fhir-dispensing/FHIR/R4/metadata';
    for (const url of [signIn, pages]) {
      for (const other of [path, '/_local/personas']) {
        const answer = await ask(`${url}${other}`);
        assert.equal(answer.status, 404, other);
      }
    }
    for (const { url } of [a, b]) {
      assert.notEqual((await ask(`${url}${path}`)).status, 404);
      assert.equal((await ask(`${url}/signin`)).status, 200);
      assert.equal((await ask(`${url}${CIS2_PATH}/connect/jwk_uri`)).status, 200);
    }
  });

  test('tell the issuer to who knows the host alone, and to a client that asks the issuer', async () => {
    const answer = await ask(`${signIn}/.well-known/openid-configuration`);
    assert.equal(answer.status, 302);
    assert.equal(answer.headers.get('location'), `${issuer}/.well-known/openid-configuration`);
    const found = await client.discovery(new URL(issuer), 'nobody', undefined, undefined, {
      execute: [client.allowInsecureRequests],
    });
    const { issuer: said, authorization_endpoint: where } = found.serverMetadata();
    assert.deepEqual([said, where], [issuer, `${issuer}/authorize`]);
  });

  test('are answered by the other one when a datacentre is gone', async () => {
    await a.close();
    for (const url of doors()) assert.deepEqual(await answering(url), ['b'], url);
  });
});
