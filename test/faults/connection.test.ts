import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { after, before, test } from 'node:test';

import { Connection } from '../../bench/connection.ts';

const WHOLE = 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nall';
const PART = 'HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\npart';

/** The connections that a client opened, in turn, each with what it says to a request. */
let says: string[] = [];
let server: Server;
let port = 0;

before(async () => {
  server = createServer((socket: Socket) => {
    const answer = says.shift() ?? WHOLE;
    socket.on('data', () => socket.write(answer));
    socket.on('error', () => undefined); // it was closed on purpose
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

after(() => server.close());

function open(): Connection {
  return new Connection(() => connect({ host: '127.0.0.1', port }));
}

test('who waits for an answer when the connection is closed hears that there is none', async () => {
  says = [''];
  const connection = open();
  const asked = connection.ask(Buffer.from('?'));
  setTimeout(() => connection.close(), 50);
  await assert.rejects(asked, /closed/);
});

test('a part of an answer is not taken for the beginning of the next', async () => {
  says = [PART, WHOLE];
  const connection = open();
  const asked = connection.ask(Buffer.from('?'));
  setTimeout(() => connection.close(), 50);
  await assert.rejects(asked, /closed/);
  assert.equal((await connection.ask(Buffer.from('?'))).body.toString(), 'all');
  connection.close();
});
