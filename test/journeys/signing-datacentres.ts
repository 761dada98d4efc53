import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before } from 'node:test';

import type { Bundle } from 'fhir/r4';

import { ranOn } from '../../src/cli/testing.ts';
import { type Datacentre, startDatacentre } from '../../src/datacentre.ts';
import { cardCommands } from '../../src/identity/cards/cli.ts';
import { withSignature } from '../../src/local/sample-messages/index.ts';
import { present } from '../../src/kernel/bug.ts';
import type { Database } from '../../src/platform/database.ts';
import { testConfig } from '../support/config.ts';
import { createDatabase } from '../support/database.ts';
import { ANY_HL7_PORT } from '../support/hl7v3.ts';

const PREPARE = 'fhir-prescribing/FHIR/R4/$prepare';

// oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came
export type Answer = { readonly status: number; readonly body: any };

/** Two datacentres of one installation: one takes what the public clients send, the other is strict about signatures. */
export class SigningDatacentres {
  #made: Awaited<ReturnType<typeof createDatabase>> | null = null;
  #lax: Datacentre | null = null;
  #strict: Datacentre | null = null;

  get database(): Database {
    return present(this.#made, 'database').database;
  }

  get lax(): Datacentre {
    return present(this.#lax, 'datacentre');
  }

  get strict(): Datacentre {
    return present(this.#strict, 'datacentre');
  }

  async open(): Promise<void> {
    this.#made = await createDatabase();
    const { url } = this.#made;
    this.#lax = await startDatacentre(testConfig(url), () => undefined);
    const config = testConfig(url, {
      datacentre: 'b',
      signatureCheck: 'strict',
      hl7v3: ANY_HL7_PORT,
    });
    this.#strict = await startDatacentre(config, () => undefined);
  }

  async close(): Promise<void> {
    await this.#lax?.close();
    await this.#strict?.close();
    await this.#made?.drop();
  }

  /** As an operator does it, who talks to the database and to no datacentre; answers the number of the card. */
  async card(...argv: readonly string[]): Promise<string> {
    const { url } = present(this.#made, 'database');
    const { code, stdout, stderr } = await ranOn(url, cardCommands, [
      'card',
      ...argv,
      '-o',
      'json',
    ]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout).cardNumber;
  }

  async get({ url }: Datacentre, path: string, as: string): Promise<Answer> {
    const authorization = `Bearer ${await this.#tokenOf(as)}`;
    const headers = { authorization, 'x-request-id': randomUUID() };
    const answer = await fetch(`${url}/${path}`, { headers });
    return { status: answer.status, body: await answer.json() };
  }

  /** With a token of a persona, except where none is asked for. */
  async post({ url }: Datacentre, path: string, body: object, as: string): Promise<Answer> {
    const token = path.startsWith('_local') ? '' : await this.#tokenOf(as);
    const answer = await fetch(`${url}/${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/fhir+json',
        'x-request-id': randomUUID(),
      },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  }

  /** The order with the signature of `persona` over what `preparedBy` had prepared. */
  async signed(message: Bundle, persona: string, preparedBy = persona): Promise<Bundle> {
    const digest = await this.prepared(message, preparedBy);
    const asked = { persona, digest, algorithm: 'RS256' };
    const answer = await this.post(this.lax, '_local/sign', asked, persona);
    return withSignature(message, answer.body.signature);
  }

  /** What `persona` has to sign of an order. */
  async prepared(message: Bundle, persona: string): Promise<string> {
    return (await this.post(this.lax, PREPARE, message, persona)).body.parameter[0].valueString;
  }

  async #tokenOf(persona: string): Promise<string> {
    return (await this.post(this.lax, '_local/token', { persona }, persona)).body.access_token;
  }
}

/** Open while the tests of a file run. */
export function signingDatacentres(): SigningDatacentres {
  const two = new SigningDatacentres();
  before(() => two.open());
  after(() => two.close());
  return two;
}
