import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import type { Job, Turn } from '../jobs.ts';
import type { Outcome } from './outcome.ts';
import { SECONDS } from './seconds.ts';

/** A request that was answered. All words are of lists of ours: none is made up by whoever asks, and none is of a patient. */
export type Counted = {
  /** Which door: `fhir-prescribing`, `hl7v3`, `sign-in`. */
  readonly interface: string;
  /** Method and path as the routes write it, or the interaction of HL7 V3. */
  readonly interaction: string;
  readonly outcome: Outcome;
  readonly elapsedMs: number;
  /** For whom; null: nobody was known. */
  readonly organisation: string | null;
  readonly asid: string | null;
  /** Code of the refusal; null: it was none, or has no code. */
  readonly reason: string | null;
};

/** A message of the prescription service whose answer was decided, whichever door it came through. */
export type Done = {
  /** HL7 V3 interaction [EPS-CODES 2]. */
  readonly interaction: string;
  readonly outcome: 'accepted' | 'refused';
  /** Kind of the refusal; null: it was none. */
  readonly reason: string | null;
  /** For whom; null: nobody was known. */
  readonly organisation: string | null;
};

/** A number that is asked for when somebody reads the metrics. */
export type Reading = {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

export type GaugeAbout = {
  readonly name: string;
  readonly help: string;
  /** Names of its labels. */
  readonly labels?: string[];
};

export type Metrics = {
  readonly answered: (one: Counted) => void;
  /** What was done for an organisation after its request had been answered. */
  readonly site: (one: Pick<Counted, 'organisation' | 'asid' | 'interface' | 'outcome'>) => void;
  readonly done: (one: Done) => void;
  readonly turn: (job: Pick<Job, 'name' | 'everyMs'>, turn: Turn) => void;
  /** An attempt to post a message of HL7 V3 to a supplier. */
  readonly delivered: (interaction: string, outcome: string) => void;
  readonly gauge: (about: GaugeAbout, read: () => Promise<readonly Reading[]>) => void;
  /** All of them in the text form of Prometheus. */
  readonly text: () => Promise<string>;
  readonly contentType: string;
  /** What was counted since the start of the process, for whoever keeps it. */
  readonly totals: () => Promise<Totals>;
};

export type Totals = Readonly<
  Record<'requests' | 'times' | 'messages' | 'sites' | 'refusals', readonly Reading[]>
>;

const SITES_MAX = 5_000; // of a process since its start; further ones are counted together
const REASONS_MAX = 500;
const OTHERS = 'others';

/** The numbers of one process, without those of some organisations; counting is done on the way of every message. */
export function openMetrics(datacentre: string, without: readonly string[] = []): Metrics {
  const isLeftOut = (organisation: string | null): boolean =>
    organisation !== null && without.includes(organisation);
  const registry = new Registry();
  registry.setDefaultLabels({ datacentre });
  collectDefaultMetrics({ register: registry });
  const counters = countersIn(registry);
  const { requests, times, messages, sites } = counters;
  const site = siteIn(counters);
  const answered = answeredIn(counters, site);
  return {
    answered: (one) => {
      if (!isLeftOut(one.organisation)) answered(one);
    },
    site: (one) => {
      if (!isLeftOut(one.organisation)) site(one);
    },
    done: ({ interaction, outcome, reason: rule, organisation }) => {
      if (isLeftOut(organisation)) return;
      messages.inc({ interaction, outcome });
      if (rule !== null) counters.rejections.inc({ interaction, rule });
    },
    turn: turnsIn(registry),
    delivered: (interaction, outcome) => counters.deliveries.inc({ interaction, outcome }),
    gauge: (about, read) => readGauge(registry, about, read),
    text: () => registry.metrics(),
    contentType: registry.contentType,
    totals: async () => ({
      requests: await readingsOf(requests),
      times: await readingsOf(times),
      messages: await readingsOf(messages),
      sites: await readingsOf(sites),
      refusals: await readingsOf(counters.refusals),
    }),
  };
}

type Counters = ReturnType<typeof countersIn>;

function countersIn(registry: Registry) {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter<Label>({ name: `openspine_${name}_total`, help, labelNames, registers });
  const times = new Histogram({
    name: 'openspine_request_duration_seconds',
    help: 'From the head of a request to its answer',
    labelNames: ['interface', 'interaction'],
    buckets: [...SECONDS],
    registers,
  });
  const asked = 'Requests that were answered';
  const sent = 'Requests for an organisation, by the system (ASID) that sent them';
  const refused = 'Refused requests by the code of the refusal';
  const done = 'Messages of the prescription service, whichever door they came through';
  const rejected = 'Messages of the prescription service that a rule refused';
  const posted = 'Attempts to post a message to the endpoint of a supplier';
  return {
    times,
    requests: counter('requests', asked, 'interface', 'interaction', 'outcome'),
    sites: counter('site_requests', sent, 'organisation', 'asid', 'interface', 'outcome'),
    refusals: counter('refusals', refused, 'interface', 'code'),
    messages: counter('messages', done, 'interaction', 'outcome'),
    rejections: counter('rejections', rejected, 'interaction', 'rule'),
    deliveries: counter('hl7v3_deliveries', posted, 'interaction', 'outcome'),
  };
}

function siteIn({ sites }: Counters): Metrics['site'] {
  const isKnown = oneOfTheFirst(SITES_MAX);
  return ({ organisation, asid, interface: door, outcome }) => {
    if (organisation === null) return;
    const named = { organisation, asid: asid ?? '' };
    const site = isKnown(`${organisation} ${asid}`) ? named : { organisation: OTHERS, asid: '' };
    sites.inc({ ...site, interface: door, outcome });
  };
}

function answeredIn(
  { requests, times, refusals }: Counters,
  site: Metrics['site'],
): Metrics['answered'] {
  const isKnownReason = oneOfTheFirst(REASONS_MAX);
  return (one) => {
    const { interface: door, interaction, outcome, reason } = one;
    requests.inc({ interface: door, interaction, outcome });
    times.observe({ interface: door, interaction }, one.elapsedMs / 1_000);
    site(one);
    if (reason !== null) {
      refusals.inc({ interface: door, code: isKnownReason(reason) ? reason : OTHERS });
    }
  };
}

function turnsIn(registry: Registry): Metrics['turn'] {
  const registers = [registry];
  const turns = new Counter({
    name: 'openspine_job_turns_total',
    help: 'Turns of the jobs of this process',
    labelNames: ['job', 'outcome'],
    registers,
  });
  const seconds = new Counter({
    name: 'openspine_job_seconds_total',
    help: 'Time that jobs took',
    labelNames: ['job'],
    registers,
  });
  const dueAt = new Map<string, number>();
  const about = {
    name: 'openspine_job_late_seconds',
    help: 'For how long a job should have had its turn; 0: it is in time',
    labels: ['job'],
  };
  readGauge(registry, about, async () =>
    [...dueAt].map(([job, at]) => {
      const lateMs = Math.max(0, performance.now() - at);
      return { labels: { job }, value: lateMs / 1_000 };
    }),
  );
  return ({ name: job, everyMs }, { outcome, elapsedMs }) => {
    turns.inc({ job, outcome });
    seconds.inc({ job }, elapsedMs / 1_000);
    dueAt.set(job, performance.now() + everyMs * LATE_AFTER);
  };
}

const LATE_AFTER = 3; // times that it should have had a turn

function readGauge(
  registry: Registry,
  { name, help, labels: labelNames = [] }: GaugeAbout,
  read: () => Promise<readonly Reading[]>,
): void {
  const gauge: Gauge = new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    collect: async () => {
      const readings = await read();
      gauge.reset();
      for (const { labels, value } of readings) gauge.set(labels, value);
    },
  });
}

type Source = {
  get(): Promise<{ readonly values: readonly Read[] }>;
};
type Read = {
  readonly labels: Readonly<Partial<Record<string, string | number>>>;
  readonly value: number;
  readonly metricName?: string;
};

/** Of a histogram its buckets alone. */
async function readingsOf(source: Source): Promise<Reading[]> {
  const { values } = await source.get();
  return values
    .filter(({ metricName }) => metricName === undefined || metricName.endsWith('_bucket'))
    .map(({ labels, value }) => ({
      value,
      labels: Object.fromEntries(
        Object.entries(labels).map(([name, label]) => [name, String(label)]),
      ),
    }));
}

/** Whether a word is one of the first so many: whoever makes words up fills no memory. */
function oneOfTheFirst(most: number): (word: string) => boolean {
  const words = new Set<string>();
  return (word) => {
    if (words.has(word)) return true;
    if (words.size >= most) return false;
    words.add(word);
    return true;
  };
}
