import type { Order } from './client.ts';
import type { Figures } from './figures.ts';
import { type LanesSettings, startLanes } from './lanes.ts';

/** The process of a client: does what it is told, until the channel closes. */
const settings = JSON.parse(process.env['OPENSPINE_FAULTS_CLIENT'] ?? '') as LanesSettings;
const lanes = startLanes(settings);

async function obey(order: Order): Promise<Figures | null> {
  switch (order.do) {
    case 'look':
      return lanes.look();
    case 'end':
      return lanes.end();
    case 'tokens':
      lanes.renew(order.tokens);
      return null;
    case 'go':
      lanes.go(order.lanes);
      return null;
    case 'lose':
      lanes.lose(order.part);
      return null;
  }
}

process.on('message', (order: Order) => {
  obey(order).then(
    (figures) => process.send?.({ figures }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.once('disconnect', () => process.exit());
