import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { type Command, EXIT, type Invocation, textOption } from '../cli/command.ts';
import { readJson } from '../cli/read-json.ts';
import { storeCommand } from '../installation/store-command.ts';
import { certificatePem, privateKeyPem } from '../platform/certificates.ts';
import type { Database } from '../platform/database.ts';
import {
  endpointAuthority,
  type EndpointCertificate,
  findCertificates,
  type Issued,
  issueCertificate,
  keepEndpoints,
  revokeCertificate,
  rotateCertificate,
} from './endpoints/index.ts';
import { parseSystemFile } from './endpoints/parse-systems.ts';
import { generateOrganisationsCommand } from './generate/cli.ts';
import { odsCommand } from './ods/cli.ts';
import { organisationCommands } from './ods/show/cli.ts';
import type { ReferencesTo } from './repository.ts';

const IMPORTED = {
  line: 'spine system import systems.json',
  explanation: 'systems and where they take messages; all of the file or nothing',
} as const;

const EXAMPLES = [
  {
    line: 'spine cert issue --party A83008-900101 --asid 999000000101',
    explanation: 'a key and a certificate for that system, in files here',
  },
  { line: 'spine cert list', explanation: 'every certificate, a line each' },
  {
    line: 'spine cert revoke 5f3a…',
    explanation: 'refused from the next handshake on; open connections end within a minute',
  },
] as const;

const OUT = { flag: 'out', value: 'dir', help: 'folder for the files', default: '.' } as const;

/** What an operator does with the directory; `references` say what points at organisations that close. */
export function directoryCommands(references: readonly ReferencesTo[]): readonly Command[] {
  return [
    odsCommand(references),
    generateOrganisationsCommand,
    ...organisationCommands,
    ...systemCommands,
  ];
}

const systemCommands: readonly Command[] = [
  storeCommand({
    name: 'system import',
    summary: 'add accredited systems and message handlers, as a file says them',
    usage: '<file>',
    options: [],
    examples: [IMPORTED, EXAMPLES[0], EXAMPLES[1]],
    work: importFile,
  }),
  storeCommand({
    name: 'cert issue',
    summary: 'certify the message handler of a party for its systems',
    options: [
      { flag: 'party', value: 'key', help: 'party key, as A83008-900101' },
      { flag: 'asid', value: 'asids', help: 'ASID of its system; several with commas between' },
      OUT,
    ],
    examples: EXAMPLES,
    work: issue,
  }),
  storeCommand({
    name: 'cert ca',
    summary: 'write the certificate of the authority that certifies endpoints here',
    options: [OUT],
    examples: EXAMPLES,
    async work({ output, ...invocation }, database) {
      const { certificate } = await endpointAuthority(database, new Date());
      const file = join(await folderOf({ output, ...invocation }), 'endpoint-ca.pem');
      await writeFile(file, certificatePem(certificate));
      output.result(file, { authority: file });
      return EXIT.ok;
    },
  }),
  storeCommand({
    name: 'cert list',
    summary: 'list the certificates of message handlers',
    options: [],
    examples: EXAMPLES,
    async work({ output }, database) {
      const certificates = await findCertificates(database, 'all');
      const rows = certificates.map(rowOf);
      const lines = rows.map(
        ({ serial, state, expiresAt, partyKey, asids }) =>
          `${serial}  ${state.padEnd(7)} ${expiresAt.slice(0, 10)}  ${partyKey}  ${asids.join(',')}`,
      );
      output.result(lines.join('\n'), rows);
      return EXIT.ok;
    },
  }),
  storeCommand({
    name: 'cert rotate',
    summary: 'certify the same party anew; the old certificate counts for seven days more',
    usage: '<serial>',
    options: [OUT],
    examples: EXAMPLES,
    work: rotate,
  }),
  storeCommand({
    name: 'cert revoke',
    summary: 'refuse a certificate from now on',
    usage: '<serial>',
    options: [],
    examples: EXAMPLES,
    async work({ words: [serial = ''], output }, database) {
      const isDone = await revokeCertificate(database, serial, new Date());
      const words = isDone
        ? `${serial} revoked`
        : `There is no certificate "${serial}" that counts.`;
      if (isDone) output.result(words, { serial, isDone });
      else output.progress(words);
      return isDone ? EXIT.ok : EXIT.refused;
    },
  }),
];

async function importFile({ words, output }: Invocation, database: Database): Promise<number> {
  const [file] = words;
  const wrong = (problems: readonly string[]): number => {
    for (const problem of problems) output.progress(`spine system import: ${problem}`);
    return EXIT.wrongUse;
  };
  if (file === undefined) return wrong(['name the file']);
  const value = await readJson(file);
  if ('problem' in value) return wrong([value.problem]);
  const parsed = parseSystemFile(value.json);
  if (!parsed.ok) return wrong(parsed.error);
  const { systems, handlers } = parsed.value;
  await keepEndpoints(database, parsed.value, new Date());
  const said = `${systems.length} systems and ${handlers.length} message handlers imported`;
  output.result(said, { systems: systems.length, handlers: handlers.length });
  return EXIT.ok;
}

async function issue(invocation: Invocation, database: Database): Promise<number> {
  const partyKey = textOption(invocation, 'party');
  const asids = (textOption(invocation, 'asid') ?? '').split(',').filter((asid) => asid !== '');
  if (partyKey === null || asids.length === 0) {
    invocation.output.progress('spine cert issue: name --party and --asid');
    return EXIT.wrongUse;
  }
  const issued = await issueCertificate(database, { partyKey, asids }, new Date());
  return written(invocation, database, issued.ok ? { ...issued.value, partyKey } : issued.error);
}

async function rotate(invocation: Invocation, database: Database): Promise<number> {
  const rotated = await rotateCertificate(database, invocation.words[0] ?? '', new Date());
  return written(invocation, database, rotated.ok ? rotated.value : rotated.error);
}

/** The files, or why there are none. */
async function written(
  invocation: Invocation,
  database: Database,
  issued: (Issued & { readonly partyKey: string }) | string,
): Promise<number> {
  const { output } = invocation;
  if (typeof issued === 'string') {
    output.progress(issued);
    return EXIT.refused;
  }
  const folder = await folderOf(invocation);
  const files = await writeCertificate(folder, issued.partyKey, issued, database);
  const { serial, expiresAt } = issued;
  output.result(Object.values(files).join('\n'), { serial, expiresAt, ...files });
  return EXIT.ok;
}

async function folderOf(invocation: Invocation): Promise<string> {
  const folder = resolve(textOption(invocation, 'out') ?? '.');
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Key, certificate and authority in PEM; the key is for its owner alone. */
export async function writeCertificate(
  folder: string,
  name: string,
  { certificate, privateKey }: Issued,
  database: Database,
): Promise<{ readonly key: string; readonly certificate: string; readonly authority: string }> {
  const authority = await endpointAuthority(database, new Date());
  const files = {
    key: join(folder, `${name}.key`),
    certificate: join(folder, `${name}.pem`),
    authority: join(folder, 'endpoint-ca.pem'),
  };
  await writeFile(files.key, privateKeyPem(privateKey), { mode: 0o600 });
  await chmod(files.key, 0o600); // the mode of a file that was there before is not changed by writing it
  await writeFile(files.certificate, certificatePem(certificate));
  await writeFile(files.authority, certificatePem(authority.certificate));
  return files;
}

function rowOf({ serial, partyKey, asids, issuedAt, expiresAt, revokedAt }: EndpointCertificate) {
  const isOver = expiresAt.getTime() <= Date.now();
  return {
    serial,
    partyKey,
    asids,
    state: revokedAt !== null ? 'revoked' : isOver ? 'over' : 'counts',
    issuedAt: issuedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    revokedAt: revokedAt?.toISOString() ?? null,
  };
}
