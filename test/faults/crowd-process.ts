import { setPriority } from 'node:os';

import { Crowd, type CrowdFigures, type CrowdSettings } from './crowd.ts';
import type { CrowdOrder, CrowdReply } from './crowd-client.ts';

/** The process of a crowd: does what it is told, until the channel closes. */
const settings = JSON.parse(process.env['OPENSPINE_FAULTS_CROWD'] ?? '') as CrowdSettings;
const crowd = new Crowd(settings);
// As from outside: what is measured is how long the others take, not how long it waits for a processor itself.
if (process.getuid?.() === 0) setPriority(0);

function does(order: CrowdOrder): Promise<CrowdFigures> {
  switch (order.do) {
    case 'come':
      return crowd.come(order.coming, order.seconds);
    case 'sign':
      return crowd.sign(order.orders);
    case 'end':
      return crowd.end();
  }
}

process.on('message', (order: CrowdOrder) => {
  const say = (reply: CrowdReply): void => void process.send?.(reply);
  does(order).then(
    (figures) => say({ figures }),
    (error: unknown) => say({ error: String(error) }),
  );
});
process.once('disconnect', () => process.exit());
