import { after, before } from 'node:test';

import type { TestStatus } from './status.ts';

/** Commands find the site, and may name webhooks of this machine. */
export function withEnvironment(status: () => TestStatus): void {
  before(() => {
    process.env['OPENSPINE_STATUS_FOLDER'] = status().folder;
    process.env['OPENSPINE_WEBHOOK_HOSTS'] = '127.0.0.1';
  });
  after(() => {
    delete process.env['OPENSPINE_STATUS_FOLDER'];
    delete process.env['OPENSPINE_WEBHOOK_HOSTS'];
  });
}

/** Pages and answers that are open to everybody, one behind the other. */
export async function everythingPublic({ url }: TestStatus): Promise<string> {
  const paths = ['/', '/history/', '/status/v1/summary', '/status/v1/incidents'];
  const feeds = ['/status/v1/feed.atom', '/status/v1/feed.json'];
  const answers = await Promise.all(
    [...paths, ...feeds].map(async (path) => (await fetch(`${url}${path}`)).text()),
  );
  return answers.join('\n');
}
