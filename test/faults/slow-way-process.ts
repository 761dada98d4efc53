import { openSlowWay, type Slowness, type Target } from './slow-way.ts';

/** A process of its own, as only a process can be in the network of a site; until its channel closes. */
const { targets, slowness } = JSON.parse(process.argv[2] ?? '') as {
  readonly targets: readonly Target[];
  readonly slowness: Slowness;
};
await openSlowWay('127.0.0.1', targets, slowness);
process.send?.('open');
process.once('disconnect', () => process.exit());
