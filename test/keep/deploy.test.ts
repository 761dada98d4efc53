// Shows: Operations | the files in deploy/ for real hosts, each read by the program that it is for
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';

import { standbyCommand } from '../../src/installation/standby-command.ts';
import { parseStatusConfig } from '../../src/operations/config.ts';
import { parseConfig } from '../../src/platform/config.ts';
import { etcdArguments } from '../../src/platform/replicated-postgres/etcd.ts';
import { haproxyConfiguration } from '../../src/platform/replicated-postgres/haproxy.ts';
import { type Layout, portsOf } from '../../src/platform/replicated-postgres/layout.ts';
import { KEEPALIVE } from '../../src/platform/replicated-postgres/network.ts';
import { patroniConfiguration } from '../../src/platform/replicated-postgres/patroni.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEPLOY = join(ROOT, 'deploy');
const read = (name: string): string => readFileSync(join(DEPLOY, name), 'utf8');

/** With the settings that are commented out. */
const withExamples = (name: string): string =>
  read(name).replaceAll(/^#(OPENSPINE_\w+=.+)$/gm, '$1');

/** The hosts of the files: 192.0.2.0/24 is nobody's (RFC 5737). */
const layout: Layout = {
  folder: '/var/lib',
  places: {
    a: { host: '192.0.2.11', namespace: null },
    b: { host: '192.0.2.21', namespace: null },
    witness: { host: '192.0.2.31', namespace: null },
  },
  ports: portsOf(5000),
};

describe('the settings of a real host', () => {
  test('are settings of a live process', () => {
    const config = parseConfig(parseEnv(read('openspine.env')));
    assert.deepEqual(config.ok ? [] : config.error, []);
    assert.equal(config.ok && config.value.mode, 'live');
    assert.equal(config.ok && config.value.hl7v3?.port, 4403);
  });

  test('are settings of the status site', () => {
    const examples = [read('status.env'), withExamples('status.env')];
    for (const text of examples) {
      const config = parseStatusConfig(parseEnv(text), { helpContact: '' });
      assert.deepEqual(config.ok ? [] : config.error, []);
      assert.equal(config.ok && config.value.port, 4406);
    }
  });

  test('stay so when the examples are taken in', () => {
    const config = parseConfig(parseEnv(withExamples('openspine.env')));
    assert.deepEqual(config.ok ? [] : config.error, []);
  });

  test('are all settings that there are', () => {
    const known = [
      ...readFileSync(join(ROOT, 'docs/reference/settings.md'), 'utf8').matchAll(
        /^\| (`[^|]+`) \|/gm,
      ),
    ].flatMap(([, names = '']) => [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
    const named = new Set(
      ['openspine.env', 'status.env'].flatMap((file) =>
        [...read(file).matchAll(/^#?(\w+)=/gm)].map(([, name = '']) => name),
      ),
    );
    assert.ok(known.length > 30);
    assert.deepEqual(
      known.filter((name) => !named.has(name)),
      [],
    );
  });

  test('have the ports of the sockets that systemd holds', () => {
    const settings = parseEnv(read('openspine.env'));
    for (const [unit, setting] of [
      ['api', 'OPENSPINE_PORT'],
      ['hl7v3', 'OPENSPINE_HL7V3_PORT'],
    ] as const) {
      const socket = read(`systemd/openspine-${unit}.socket`);
      const port = settings[setting] ?? '';
      assert.match(socket, new RegExp(`^ListenStream=0\\.0\\.0\\.0:${port}$`, 'm'));
      assert.match(socket, new RegExp(`^FileDescriptorName=${port}$`, 'm'));
    }
  });
});

test('systemd takes the units', { skip: without('systemd-analyze') }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-units-'));
  try {
    cpSync(join(DEPLOY, 'systemd'), folder, { recursive: true });
    const units = readdirSync(folder).filter((name) => /\.(service|socket|timer)$/.test(name));
    for (const unit of units) {
      const file = join(folder, unit);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('/opt/openspine/', ROOT));
    }
    for (const name of ['patroni', 'etcd', 'haproxy']) {
      const packaged = `/lib/systemd/system/${name}.service`;
      if (existsSync(packaged)) cpSync(packaged, join(folder, `${name}.service`));
    }
    const { stderr, status } = spawnSync(
      'systemd-analyze',
      [
        'verify',
        '--man=no',
        ...readdirSync(folder)
          .filter((name) => !name.endsWith('.d'))
          .map((name) => join(folder, name)),
      ],
      { encoding: 'utf8', env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` } },
    );
    const ours = stderr.split('\n').filter((line) => line.includes(folder));
    assert.deepEqual([ours, status], [[], 0], stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('HAProxy takes its file, which leads to the primary as on one machine', {
  skip: without('haproxy'),
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-haproxy-'));
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(join(folder, 'ca.pem'), rootCertificates[0] ?? '');
  writeFileSync(file, read('haproxy.cfg').replaceAll('/etc/openspine/cluster', folder));
  const { status, stderr } = spawnSync(program('haproxy') ?? '', ['-c', '-f', file], {
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  assert.equal(status, 0, stderr);
  const linesOf = (text: string): string[] =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !/^(#|server|bind|default-server)/.test(line));
  assert.deepEqual(
    linesOf(read('haproxy.cfg')).toSorted(),
    linesOf(haproxyConfiguration(layout, 'a')).toSorted(),
  );
});

test('HAProxy asks Patroni as Patroni answers: by TLS', () => {
  const checks = read('haproxy.cfg').match(/^ +default-server .*$/gm) ?? [];
  const ca = /^ {2}cafile: (\S+)$/m.exec(read('patroni.yml'))?.[1] ?? '';
  assert.match(read('patroni.yml'), /^ {2}certfile: /m);
  assert.equal(checks.length, 2);
  for (const check of checks) assert.ok(check.endsWith(`check port 8008 check-ssl ca-file ${ca}`));
});

test('Patroni gets what it gets on one machine, but for what a real host has more', {
  skip: without('python3'),
}, () => {
  const { stdout, stderr, status } = spawnSync(
    'python3',
    ['-c', 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))'],
    { input: read('patroni.yml'), encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  const file = JSON.parse(stdout);
  const own = JSON.parse(
    JSON.stringify(
      patroniConfiguration(layout, 'a', {
        passwords: { superuser: '', replication: '', rewind: '' },
        programs: '/usr/lib/postgresql/15/bin',
        version: [3, 0, 2],
      }),
    ),
  );
  const { parameters, ...more } = file.bootstrap.dcs.postgresql;
  const { parameters: expected, ...others } = own.bootstrap.dcs.postgresql;
  assert.deepEqual(
    { ...file.bootstrap.dcs, postgresql: more },
    { ...own.bootstrap.dcs, postgresql: others },
  );
  const live = ['ssl', 'ssl_cert_file', 'ssl_key_file', 'ssl_ca_file', 'shared_buffers'];
  const rest = Object.entries(parameters).filter(([name]) => !live.includes(name));
  const ofALiveDatabase = {
    max_wal_size: '8GB',
    wal_keep_size: '12GB',
    max_slot_wal_keep_size: '32GB',
  };
  assert.deepEqual(Object.fromEntries(rest), { ...expected, ...ofALiveDatabase });
  for (const { max_wal_size: written, wal_keep_size: kept } of [expected, parameters]) {
    assert.ok(parseFloat(kept) > parseFloat(written), 'pg_rewind leaves what starts again');
  }
  assert.deepEqual(file.bootstrap.initdb, own.bootstrap.initdb);
  assert.deepEqual(file.postgresql.basebackup, own.postgresql.basebackup);
});

test('Patroni finds nothing missing in its file', { skip: without('patroni') }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-patroni-'));
  const file = join(folder, 'patroni.yml');
  // It looks for the hosts of the file, too: here this machine stands for all whom it would ask.
  const here = read('patroni.yml').replaceAll(
    /^(?!.*connect_address)(.*)192\.0\.2\.\d+/gm,
    '$1127.0.0.1',
  );
  writeFileSync(file, here);
  const { stdout, stderr } = spawnSync(program('patroni') ?? '', ['--validate-config', file], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  rmSync(folder, { recursive: true });
  const said = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
  const ofFile = said.filter((line) => !OF_THE_HOST.some((words) => line.includes(words)));
  assert.deepEqual(ofFile, []);
});

/** What Patroni says of a host on which nothing runs yet, and not of its file. */
const OF_THE_HOST = ['is not reachable', 'is already in use'] as const;

test('the watch over the copy is of the node that Patroni has, and gives its orders as it takes them', () => {
  const unit = read('systemd/openspine-standby.service');
  const [, words = ''] = /^ExecStart=\S+ standby watch (.+)$/m.exec(unit) ?? [];
  const given = [...words.matchAll(/--(\w+) (\S+)/g)].map(([, flag, value]) => [flag, value]);
  const patroni = (name: string) =>
    new RegExp(`^ *${name}: (\\S+)$`, 'm').exec(read('patroni.yml'))?.[1];
  assert.deepEqual(given, [
    ['name', patroni('name')],
    ['patroni', `https://${patroni('connect_address')}`],
    ['ca', patroni('cafile')],
    ['certificate', patroni('certfile')],
    ['key', patroni('keyfile')],
  ]);
  assert.deepEqual(
    given.map(([flag]) => flag),
    standbyCommand.options.map(({ flag }) => flag),
  );
});

test('the hosts of the databases notice a broken connection as soon as on one machine', () => {
  const settings = [...read('sysctl.conf').matchAll(/^(net\S+) = (\d+)$/gm)];
  const given = settings.map(([, name, value]) => [name, Number(value)]);
  assert.deepEqual(Object.fromEntries(given), KEEPALIVE);
});

test('etcd has three members that hear of each other as often as on one machine', () => {
  const settings = parseEnv(read('etcd.env'));
  const own = etcdArguments(layout, 'a');
  for (const [name, flag] of [
    ['ETCD_HEARTBEAT_INTERVAL', '--heartbeat-interval'],
    ['ETCD_ELECTION_TIMEOUT', '--election-timeout'],
    ['ETCD_ENABLE_V2', '--enable-v2'],
  ] as const) {
    assert.ok(own.includes(`${flag}=${settings[name] ?? ''}`), name);
  }
  const members = (settings['ETCD_INITIAL_CLUSTER'] ?? '').split(',');
  assert.deepEqual(
    members.map((member) => member.split('=')[0]),
    ['a', 'b', 'witness'],
  );
});

function program(name: string): string | null {
  const folder = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].find((one) =>
    existsSync(join(one, name)),
  );
  return folder === undefined ? null : join(folder, name);
}

/** Nothing may be left out where CI is set, but for systemd, which containers are without. */
function without(name: string): string | false {
  if (program(name) !== null || (name === 'python3' && spawnSync(name, ['-V']).status === 0))
    return false;
  if (process.env['CI'] !== undefined && name !== 'systemd-analyze')
    throw new Error(`${name} is not here`);
  return `${name} is not here`;
}
