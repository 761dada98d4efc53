import { openDatabase } from '../../src/platform/database.ts';
import { deliverWaiting, openDoor, openLedger } from './door.ts';

/** A process of its own that delivers what waits, for a test that kills it. */
const [url = ''] = process.argv.slice(2);
const door = await openDoor(url, openDatabase({ url }), openLedger());
await deliverWaiting(door);
