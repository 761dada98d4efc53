import { addressOf, type Layout, type Site, SITES } from './layout.ts';

/** How the database of one site is; null: nobody answers there. */
export type SiteStatus = {
  readonly role: 'primary' | 'standby';
  /** `running`, `starting`, `stopped`…, as Patroni says it. */
  readonly state: string;
  /** Bytes of the log written, or replayed. */
  readonly position: number;
  /** Raised by one with each new primary. */
  readonly timeline: number;
} | null;

export type ClusterStatus = {
  readonly sites: Readonly<Record<Site, SiteStatus>>;
  /** The only one that takes writes; null while there is none. */
  readonly primary: Site | null;
  /** What is committed now is in both sites [PLATFORM 4.3]. */
  readonly isDurableInBoth: boolean;
  /** The other one may take over: the lock store knows that it has all; some seconds after it has. */
  readonly canTakeOver: Site | null;
};

const ANSWER_MS = 1_000;

/** Asked of each node itself: what Patroni tells of another one may be old [PLATFORM 4.3]. */
export async function statusOf(layout: Layout): Promise<ClusterStatus> {
  const [a, b] = await Promise.all(SITES.map((site) => asked(layout, site, 'patroni')));
  const nodes = { a: a ?? null, b: b ?? null };
  const [only = null, other] = SITES.filter((site) => isPrimary(nodes[site]));
  const primary = other === undefined ? only : null;
  return {
    sites: { a: told(nodes.a), b: told(nodes.b) },
    primary,
    isDurableInBoth: primary !== null && list(nodes[primary], 'replication').some(isCopying),
    canTakeOver: primary === null ? null : await synchronousStandby(layout, primary),
  };
}

function isPrimary(node: unknown): boolean {
  const role = text(node, 'role');
  return text(node, 'state') === 'running' && (role === 'master' || role === 'primary');
}

function isCopying(standby: unknown): boolean {
  const kind = text(standby, 'sync_state');
  return text(standby, 'state') === 'streaming' && (kind === 'sync' || kind === 'quorum');
}

function told(node: unknown): SiteStatus {
  if (node === null) return null;
  const log = member(node, 'xlog');
  return {
    role: isPrimary(node) ? 'primary' : 'standby',
    state: text(node, 'state'),
    position: number(log, 'location') ?? number(log, 'replayed_location') ?? 0,
    timeline: number(node, 'timeline') ?? 0,
  };
}

/** As the primary's Patroni last read it in the lock store. */
async function synchronousStandby(layout: Layout, primary: Site): Promise<Site | null> {
  const members = list(await asked(layout, primary, 'cluster'), 'members');
  const standby = members.find((one) => text(one, 'role') === 'sync_standby');
  return SITES.find((site) => site === text(standby, 'name')) ?? null;
}

async function asked(layout: Layout, site: Site, path: string): Promise<unknown> {
  try {
    const response = await fetch(`http://${addressOf(layout, site, 'patroni')}/${path}`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return await response.json();
  } catch {
    return null;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function list(value: unknown, name: string): readonly unknown[] {
  const found = member(value, name);
  return Array.isArray(found) ? found : [];
}

function text(value: unknown, name: string): string {
  const found = member(value, name);
  return typeof found === 'string' ? found : '';
}

function number(value: unknown, name: string): number | null {
  const found = member(value, name);
  return typeof found === 'number' ? found : null;
}
