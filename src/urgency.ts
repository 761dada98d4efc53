import { BASES } from './gateways/fhir/interaction.ts';
import { type Admission, Busy, type Leave, type Urgency } from './platform/admission.ts';
import type { HttpRequest } from './platform/http.ts';
import type { CertifiedRequest } from './platform/mutual-tls.ts';
import { INTERACTIONS } from './prescriptions/index.ts';

const FHIR = new RegExp(`^(?:${Object.values(BASES).join('|')})/FHIR/R4(/.*)$`);
/** Says how a process or the installation is, costs next to nothing, and is asked for most when all are busy. */
const ALWAYS =
  /^\/(_ready|_jobs|_local\/|\.well-known\/|pki(\/|$))|\/(_ping|_status|_healthcheck|metadata)$/;
const REPORTS = ['/$validate', '/$convert'];
const PDS = '/personal-demographics/FHIR/R4/Patient';
const SDS = '/spine-directory/';

/** Lets requests in by their urgency. How long a sign-in takes says little: cards and people are slow. */
export function admitBy(
  admission: Admission,
): (request: Pick<HttpRequest, 'method' | 'path' | 'body'>) => Leave | null {
  return (request) => {
    const urgency = urgencyOf(request);
    if (urgency === null) return () => undefined;
    const leave = admission.enter(urgency);
    return leave === null || urgency !== 'signOn' ? leave : () => leave(false);
  };
}

/** Whether a request is refused now whatever it turns out to be. */
export function refusedBy(
  admission: Admission,
): (request: Pick<HttpRequest, 'method' | 'path'>) => boolean {
  return (request) => {
    if (!admission.isFull('report')) return false; // nor of anything that is more urgent
    const most = urgencyOf({ ...request, body: MOST_URGENT });
    return most !== null && admission.isFull(most);
  };
}

/** No body makes a request more urgent. */
const MOST_URGENT = Buffer.from('group-identifier dispense-notification');

/** How urgent a request is [RELIABILITY F35]; null: it is never refused. */
export function urgencyOf({
  method,
  path,
  body,
}: Pick<HttpRequest, 'method' | 'path' | 'body'>): Urgency | null {
  if (ALWAYS.test(path)) return null;
  const [, operation] = FHIR.exec(path) ?? [];
  if (operation !== undefined) return urgencyOfFhir(method, operation, body);
  if (path === PDS) return 'trace'; // a search
  return path.startsWith(PDS) || path.startsWith(SDS) ? 'send' : 'signOn';
}

function urgencyOfFhir(method: string, operation: string, body: Buffer): Urgency {
  if (REPORTS.includes(operation)) return 'report';
  if (method === 'GET') return 'trace';
  switch (operation) {
    case '/Task':
    case '/Claim':
      return 'supply';
    case '/Task/$release':
      // With an id somebody waits at a counter; without one a system asks by itself, and asks again.
      return body.includes('group-identifier') ? 'send' : 'poll';
    case '/$process-message':
      return body.includes('dispense-notification') ? 'supply' : 'send';
    default:
      return 'send';
  }
}

const SUPPLIES: readonly string[] = [
  INTERACTIONS.dispense,
  INTERACTIONS.claim,
  INTERACTIONS.return,
  INTERACTIONS.withdraw,
  INTERACTIONS.rebuild,
];

/** The same of HL7 V3: by the interaction that the sender names in SOAPAction. */
function urgencyOfHl7({ method, path, headers }: CertifiedRequest): Urgency | null {
  if (path === '/healthcheck') return null;
  const interaction = /[A-Z]{4}_IN\d{6}/.exec(headers['soapaction'] ?? '')?.[0] ?? '';
  const is = (one: string): boolean => one.startsWith(interaction) && interaction !== '';
  if (SUPPLIES.some(is)) return 'supply';
  if (is(INTERACTIONS.releaseNominated)) return 'poll';
  return interaction.startsWith('PORX_') || (method === 'GET' && path.startsWith('/_poll/'))
    ? 'send'
    : 'trace';
}

/** Does what a party asks over HL7 V3, if there is room for it and it has no more than its share in hand; else throws `Busy`. */
export async function doneIfAdmitted<Done>(
  admission: Admission,
  request: CertifiedRequest,
  { partyKey }: { readonly partyKey: string },
  work: () => Promise<Done>,
): Promise<Done> {
  const urgency = urgencyOfHl7(request);
  if (urgency === null) return work();
  const leave = admission.enter(urgency);
  if (leave === null) throw new Busy('more has come than can be done');
  let isServed = false;
  try {
    const done = await admission.share(partyKey, work);
    isServed = true;
    return done;
  } finally {
    leave(isServed);
  }
}
