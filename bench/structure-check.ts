import { newFacts } from './prescriptions.ts';
import { signed } from './sign.ts';
import { checkMessage } from '../src/gateways/fhir/structure/index.ts';
import { PERSONAS } from '../src/local/personas.ts';
import { order } from '../src/local/sample-messages/index.ts';
import type { SigningKey } from '../src/local/signing/card-key.ts';

export type StructureCheck = { readonly entries: number; readonly p50Ms: number };

const ENTRIES = 10;
const WARM_UP = 3_000;
const TIMES = 3_001;

/** How long the structure of a signed order of ten entries takes to check. */
export function measureStructureCheck(key: SigningKey): StructureCheck {
  const message = signed(orderOfEntries(ENTRIES), key);
  const times: number[] = [];
  for (let turn = 0; turn < WARM_UP + TIMES; turn += 1) {
    const from = performance.now();
    const issues = checkMessage(message);
    times.push(performance.now() - from);
    if (issues.length > 0) throw new Error(`not well formed: ${JSON.stringify(issues[0])}`);
  }
  const sorted = times.slice(WARM_UP).toSorted((one, other) => one - other);
  return {
    entries: ENTRIES,
    p50Ms: Number((sorted[Math.floor(TIMES / 2)] ?? Number.NaN).toFixed(3)),
  };
}

/** Orders have one to four items, an entry each. */
function orderOfEntries(entries: number) {
  for (let tried = 0; tried < 4; tried += 1) {
    const facts = newFacts('walkIn', PERSONAS.dispenser, '', new Date());
    const bundle = order(facts.order);
    if (bundle.entry?.length === entries) return bundle;
  }
  throw new Error(`no order has ${entries} entries`);
}
