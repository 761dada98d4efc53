import { Journal } from './journal.ts';
import { Counter, type Figures } from './figures.ts';
import { live } from './life.ts';
import { Sender } from './sender.ts';
import type { ClientSettings, Order } from './client.ts';
import { seeded } from '../nothing-lost/random.ts';
import type { Tokens } from '../nothing-lost/datacentres.ts';

/** Sends messages through both datacentres until it is told to end; a process of its own. */
const settings = JSON.parse(process.env['OPENSPINE_FAULTS_CLIENT'] ?? '') as ClientSettings;
const counter = new Counter();
const prescribedAt = new Date().toISOString();
let tokens: Tokens = settings.tokens;
const ending = new AbortController();
let endsAt = Number.POSITIVE_INFINITY;

const LAST_ANSWERS_MS = 60_000;
const AT_ONCE = 2; // of one prescription

async function lane(number: number): Promise<void> {
  const random = seeded(settings.seed + number);
  const senders = Array.from(
    { length: AT_ONCE },
    (_, n) => new Sender(settings.ports, () => tokens, number + n),
  );
  while (!ending.signal.aborted) {
    const journal = new Journal({
      senders,
      counter,
      key: settings.signingKey,
      isOver: () => performance.now() > endsAt,
    });
    const prescription = await live(journal.tell, random, prescribedAt);
    if (random() < settings.asksAgain) await journal.askAgain(random);
    counter.ended(prescription, journal.contradiction(prescribedAt));
  }
  for (const sender of senders) sender.close();
}

const lanes = Promise.all(Array.from({ length: settings.lanes }, (_, number) => lane(number)));

async function obey(order: Order): Promise<Figures | null> {
  if (order.do === 'tokens') {
    tokens = order.tokens;
    return null;
  }
  if (order.do === 'end') {
    ending.abort();
    endsAt = performance.now() + LAST_ANSWERS_MS;
    await lanes;
  }
  return counter.take();
}

process.on('message', (order: Order) => {
  obey(order).then(
    (figures) => process.send?.({ figures }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.once('disconnect', () => process.exit());
