/// <reference types="node" />
// What the tests need of the machine itself, from Debian's packages. npm runs this before test. Plain
// JavaScript like install.mjs; once all is there it only looks for files: no network, no root. A folder named
// behind it is looked through as if it were the root of the machine: for its test.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package, the file by which it is known to be there, and what cannot run without it. */
const NEEDED = [
  {
    name: 'chromium-headless-shell', // Chromium without what it shows on a screen: half the work
    file: '/usr/bin/chromium-headless-shell',
    for: 'test/pages: the web pages in a browser',
  },
  {
    name: 'libapache2-mod-auth-openidc',
    file: '/usr/lib/apache2/modules/mod_auth_openidc.so',
    for: 'test/pages: a web site of others whose users sign in here',
  },
  {
    name: 'apache2',
    file: '/usr/sbin/apache2',
    for: 'test/pages: a web site of others whose users sign in here',
  },
  {
    name: 'softhsm2',
    file: '/usr/lib/softhsm/libsofthsm2.so',
    for: 'test/agent: cards in a PKCS#11 token',
  },
  ...[
    { name: 'postgresql', file: '/usr/share/postgresql-common/supported-versions' },
    { name: 'patroni', file: '/usr/bin/patroni' },
    { name: 'python3-etcd', file: '/usr/lib/python3/dist-packages/etcd/__init__.py' },
    { name: 'etcd-server', file: '/usr/bin/etcd' },
    { name: 'haproxy', file: '/usr/sbin/haproxy' },
    { name: 'iproute2', file: '/usr/sbin/ip' },
    { name: 'nftables', file: '/usr/sbin/nft' },
  ].map((one) => ({ ...one, for: 'test/datacentres: a database in each of two datacentres' })),
  {
    name: 'python3-aiosmtpd',
    file: '/usr/bin/aiosmtpd',
    for: 'test/operations: mails of the status site, to a real server',
  },
  {
    name: 'strace',
    file: '/usr/bin/strace',
    for: 'npm run faults: disks that are slow, full or broken',
  },
  {
    name: 'fonts-liberation2',
    file: '/usr/share/fonts/truetype/liberation2/LiberationSans-Regular.ttf',
    for: 'test/pages: letters as wide as Arial',
  },
];

const HERE = process.argv[2] ?? '/';
const POLICY = join(HERE, '/usr/sbin/policy-rc.d');
const NO_SERVICE = '#!/bin/sh\nexit 101\n'; // "not allowed", as Debian's invoke-rc.d has it

process.exitCode = main();

function main() {
  const missing = NEEDED.filter(({ file }) => !existsSync(join(HERE, file)));
  if (missing.length === 0) return 0;
  const problem = install(missing.map(({ name }) => name));
  if (problem === null) return 0;
  say(`not installed: ${problem}`);
  for (const one of missing) say(`  ${one.name}: without it these are skipped: ${one.for}`);
  say(`what to do: apt-get install ${missing.map(({ name }) => name).join(' ')}`);
  return 0; // the suites say themselves that they cannot run, and fail where CI is set
}

/**
 * @param {readonly string[]} names
 * @returns {string | null} why not
 */
function install(names) {
  if (process.getuid?.() !== 0) return 'only root may install packages';
  say(`installing ${names.join(', ')} (needs the network once)`);
  const problem = aptGet(['update', '-qq']);
  if (problem !== null) return problem;
  return withoutServices(() =>
    aptGet(['install', '-qq', '--yes', '--no-install-recommends', ...names]),
  );
}

/**
 * Packages of servers start them; the tests start their own. Whoever has a policy already keeps it.
 * @param {() => string | null} install
 * @returns {string | null}
 */
function withoutServices(install) {
  if (existsSync(POLICY)) return install();
  writeFileSync(POLICY, NO_SERVICE, { mode: 0o755 });
  try {
    return install();
  } finally {
    rmSync(POLICY);
  }
}

/** @param {readonly string[]} words */
function aptGet(words) {
  const { error, status } = spawnSync('apt-get', words, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 2, 2],
  });
  if (error !== undefined) return error.message;
  return status === 0 ? null : `apt-get ${words[0] ?? ''} ended with ${status}`;
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`openspine: ${text}\n`);
}
