import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

const SMTP_SERVER = '/usr/bin/aiosmtpd';

/** A real mail server while the tests of a suite run; answers the mails that came, in no order. */
export function testMail(port: number): () => string[] {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-mail-'));
  const box = join(folder, 'box'); // the server makes it
  let smtp: ChildProcess | null = null;
  before(async () => {
    const handler = ['-c', 'aiosmtpd.handlers.Mailbox', box];
    smtp = spawn(SMTP_SERVER, ['-n', '-l', `127.0.0.1:${port}`, ...handler], { stdio: 'ignore' });
    for (let waited = 0; !(await answers(port)) && waited < 300; waited += 1) await pause(100);
  });
  after(() => {
    smtp?.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const came = join(box, 'new');
    const names = existsSync(came) ? readdirSync(came).toSorted() : [];
    return names.map((name) => decoded(readFileSync(join(came, name), 'utf8')));
  };
}

export function noMailServer(): string | false {
  if (existsSync(SMTP_SERVER)) return false;
  const reason = `no ${SMTP_SERVER}: node tools/machine.mjs installs it (as root)`;
  if (process.env['CI'] !== undefined) throw new Error(reason);
  return reason;
}

/** Lines of quoted-printable that were folded. */
function decoded(mail: string): string {
  return mail.replaceAll(/=\r?\n/g, '').replaceAll('=3D', '=');
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() !== undefined));
    socket.once('error', () => resolve(false));
  });
}
