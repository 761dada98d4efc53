// Shows: Spine Security Broker (2014) | an agent goes to the datacentre that answers, and says so when none does
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { describe, test } from 'node:test';

import { agentCommands } from '../../src/agent/cli.ts';
import { type BrokerClient, openBrokerClient } from '../../src/agent/broker-client.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { ranOn, type Ran } from '../../src/cli/testing.ts';
import { testPair } from '../nothing-lost/datacentres.ts';
import { aCard, PIN, type TestCard } from '../support/cards.ts';
import { freePort } from '../support/ports.ts';

const pair = testPair();
const { dispenser } = PERSONAS;

let made: Promise<TestCard> | null = null;
function theirCard(): Promise<TestCard> {
  made ??= aCard(pair().database, dispenser.userId);
  return made;
}

/** Log-in, role, assertion and log-out. */
async function wholeSession(agent: BrokerClient): Promise<void> {
  const done = await agent.logIn(await theirCard());
  assert.ok(done.ok, JSON.stringify(done));
  const { ticket, userId, roles, name } = done.value;
  assert.equal(name, 'Synthetic-Station Tomasz Mr');
  const { roleProfileId, organisation } = dispenser;
  assert.deepEqual(
    roles.map(({ id, ods }) => [id, ods]),
    [[roleProfileId, organisation.ods]],
  );
  assert.ok((await agent.chooseRole(ticket, roleProfileId)).ok);
  const told = await agent.assertion(ticket);
  assert.ok(told.ok, JSON.stringify(told));
  assert.deepEqual(told.value.get('ssbSessionRoleUid'), [roleProfileId]);
  assert.ok((await agent.logOut(ticket, userId)).ok);
  const after = await agent.assertion(ticket);
  assert.ok(!after.ok);
  assert.deepEqual([after.error.code, after.error.concerns], ['ticket_ended', 'session']);
}

/** Something at an address of its own, for as long as the work takes. */
async function served(
  listener: RequestListener,
  work: (address: string) => Promise<void>,
): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  try {
    await work(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  } finally {
    server.close();
  }
}

describe('an agent', () => {
  test('goes to the datacentre that answers, whichever is named first', async () => {
    const [a, b] = pair().addresses;
    const nobody = `http://127.0.0.1:${await freePort()}`;
    await wholeSession(openBrokerClient([a, b]));
    await wholeSession(openBrokerClient([nobody, b]));
    await wholeSession(openBrokerClient([a, nobody]));
  });

  test('leaves a datacentre that is in trouble, and goes where another one sends it', async () => {
    const [a, b] = pair().addresses;
    const inTrouble: RequestListener = (_request, response) => {
      response.writeHead(503, { 'Retry-After': '1' }).end('<HTML>no</HTML>');
    };
    await served(inTrouble, (address) => wholeSession(openBrokerClient([address, a])));
    const sendsOn: RequestListener = ({ url }, response) => {
      response.writeHead(307, { Location: `${b}${url}` }).end();
    };
    await served(sendsOn, (address) => wholeSession(openBrokerClient([address])));
  });

  test('signs another challenge when the answer to its log-in was lost on the way', async () => {
    const [a] = pair().addresses;
    let lost = 0;
    const passOn = async (request: Request): Promise<Response | null> => {
      const answer = await fetch(request);
      if (!request.url.endsWith('/login/authvalidate') || lost > 0) return answer;
      lost += 1;
      return null;
    };
    const losesOne: RequestListener = (request, response) => {
      const { url = '', method = 'GET' } = request;
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const body = method === 'POST' ? { body: Buffer.concat(parts) } : {};
        passOn(new Request(`${a}${url}`, { method, ...body })).then(
          async (answer) => {
            if (answer === null) response.destroy();
            else response.writeHead(answer.status).end(await answer.text());
          },
          () => response.destroy(),
        );
      });
    };
    await served(losesOne, (address) => wholeSession(openBrokerClient([address])));
    assert.equal(lost, 1);
  });

  test('says that the service is away when no datacentre answers', async () => {
    const agent = openBrokerClient([`http://127.0.0.1:${await freePort()}`]);
    const done = await agent.logIn(await theirCard());
    assert.ok(!done.ok);
    assert.deepEqual([done.error.code, done.error.concerns], ['unreachable', 'service']);
  });
});

describe('spine card login', () => {
  function spine(...argv: readonly string[]): Promise<Ran> {
    return ranOn(pair().url, agentCommands, [
      'card',
      'login',
      ...argv,
      '--at',
      pair().addresses[1],
    ]);
  }

  test('logs in and says in which role, and what an application is told', async () => {
    const { cardNumber, userId } = await theirCard();
    const text = await spine(userId, '--pin', PIN);
    assert.equal(text.code, 0, text.stderr);
    const { roleProfileId } = dispenser;
    assert.match(
      text.stdout,
      new RegExp(`^Synthetic-Station Tomasz Mr, ${userId}\n\\* ${roleProfileId}  STATION`),
    );
    const data = JSON.parse((await spine(cardNumber, '--pin', PIN, '-o', 'json')).stdout);
    assert.equal(data.attributes.ssbSessionRoleUid[0], roleProfileId);
    assert.match(data.ticket, /^AQIC5.*@AAJTSQACMDI=#$/);
  });

  test('says what is wrong: passcode, card, role', async () => {
    const { userId } = await theirCard();
    const wrongPin = await spine(userId, '--pin', '999999');
    assert.equal(wrongPin.code, 1);
    assert.match(wrongPin.stderr, /2/, 'how many are left');
    const nobody = await spine('123', '--pin', PIN);
    assert.deepEqual([nobody.code, /No card/.test(nobody.stderr)], [1, true]);
    const role = await spine(userId, '--pin', PIN, '--role', PERSONAS.nurse.roleProfileId);
    assert.match(role.stderr, /\(role_unknown; it concerns the user\)/);
    assert.equal(role.code, 1);
  });
});
