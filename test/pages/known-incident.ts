import { createServer } from 'node:http';

import { after } from 'node:test';

import { listen } from '../../src/platform/listen.ts';

export const KNOWN_INCIDENT = {
  number: 'INC-20260301-01',
  url: 'https://status.example/incidents/INC-20260301-01',
};

/** A status site that knows of one incident: signing in has trouble in datacentre B, and nowhere else. */
export async function statusOfKnownIncident(): Promise<{
  readonly url: string;
  readonly key: null;
}> {
  const affected = { cells: [{ component: 'sign-in', datacentre: 'b' }] };
  const next = { nextUpdateAt: '2026-03-01T14:30:00Z' };
  const incident = { ...KNOWN_INCIDENT, ...next, severity: 1, published: true, affected };
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ incidents: [incident] }));
  });
  const listening = await listen(server, { host: '127.0.0.1', port: 0 });
  after(() => listening.close());
  return { url: `http://127.0.0.1:${listening.port}`, key: null };
}
