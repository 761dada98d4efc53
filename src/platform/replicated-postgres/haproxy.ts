import { addressOf, type Layout, type Site, SITES } from './layout.ts';

/** The proxy of a site leads to the primary, wherever that is [PLATFORM 4.4]. */
export function haproxyConfiguration(layout: Layout, site: Site): string {
  const servers = SITES.map(
    (one) =>
      `  server ${one} ${addressOf(layout, one, 'postgres')} check port ${layout.ports[one].patroni}`,
  );
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
    '  option httpchk OPTIONS /primary',
    '  http-check expect status 200',
    '  default-server inter 500ms fastinter 250ms downinter 250ms fall 2 rise 1 on-marked-down shutdown-sessions',
    ...servers,
    '',
  ].join('\n');
}
