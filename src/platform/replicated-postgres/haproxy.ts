import { addressOf, type Layout, otherSite, type Site, SITES } from './layout.ts';

/**
 * The proxy of a site leads to the primary, wherever that is [PLATFORM 4.4]; at another port to any that has all that was
 * acknowledged, its own first: the primary, or the standby that every commit waits for.
 */
export function haproxyConfiguration(layout: Layout, site: Site): string {
  const server = (one: Site): string =>
    `  server ${one} ${addressOf(layout, one, 'postgres')} check port ${layout.ports[one].patroni}`;
  return [
    'global',
    '  maxconn 1000',
    'defaults',
    '  mode tcp',
    '  timeout connect 250ms',
    '  timeout check 1s',
    '  timeout client 30m',
    '  timeout server 30m',
    'listen primary',
    `  bind ${addressOf(layout, site, 'proxy')}`,
    ...checkedBy('/primary'),
    ...SITES.map(server),
    'listen reads',
    `  bind ${addressOf(layout, site, 'reads')}`,
    ...checkedBy('/read-only-sync'),
    server(site),
    `${server(otherSite(site))} backup`,
    '',
  ].join('\n');
}

/** By what the node's own Patroni says of it. */
function checkedBy(path: string): string[] {
  return [
    `  option httpchk OPTIONS ${path}`,
    '  http-check expect status 200',
    '  default-server inter 500ms fastinter 250ms downinter 250ms fall 2 rise 1 on-marked-down shutdown-sessions',
  ];
}
