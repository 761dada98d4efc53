/** A row of the fault table [RELIABILITY 3], and the tests of `npm test` that show it; `npm run faults` shows those whose id its faults have. */
export type Covered = {
  readonly fault: string;
  /** Files, from the root of the project. */
  readonly tests: readonly string[];
};

/** All rows of the table; tools/faults.test.ts sees that each is shown by something that runs. */
export const COVERED: Readonly<Record<string, Covered>> = {
  F1: row('a process dies at any step of a message', [
    'test/faults/steps.test.ts',
    'test/nothing-lost/killed.test.ts',
    'test/nothing-lost/killed-jobs.test.ts',
  ]),
  F2: row('the primary is killed', ['test/datacentres/replicated.test.ts']),
  F3: row('the primary hangs', []),
  F4: row('a site is lost', [
    'test/datacentres/replicated.test.ts',
    'test/datacentres/drill.test.ts',
  ]),
  F5: row('a site is cut off', [
    'test/datacentres/replicated.test.ts',
    'test/datacentres/drill.test.ts',
  ]),
  F6: row('a site is cut off in one direction', []),
  F7: row('links stop one by one', []),
  F8: row('links lose what is sent', []),
  F9: row('a disk is slow', ['test/operations/slow-disks.test.ts']),
  // There is no volume of a spool: what waits to be sent is in the database.
  F10: row(
    'a disk is full: of a database, its log, its backups, or of what a process logs and has in hand (messages wait in no files)',
    [
      'test/datacentres/refusing.test.ts',
      'src/platform/log.test.ts',
      'src/platform/in-hand.db.test.ts',
    ],
  ),
  F11: row('a disk fails', []),
  F12: row('pages of a database are damaged', [
    'test/keep/backup.test.ts',
    'test/operations/damaged-pages.test.ts',
  ]),
  F13: row('a clock is wrong', [
    'test/bad-input/clock.test.ts',
    'src/platform/clock-watch.db.test.ts',
  ]),
  F14: row('the clocks change; leap days; ends of months', [
    'src/kernel/london.test.ts',
    'src/prescriptions/clock-change.test.ts',
    'src/prescriptions/jobs.db.test.ts',
  ]),
  F15: row('a message comes more than once', ['test/nothing-lost/same-message.test.ts']),
  F16: row('an id comes again with another content', [
    'test/nothing-lost/same-message.test.ts',
    'test/nothing-lost/histories.test.ts',
  ]),
  F17: row('messages come in the wrong order', ['test/nothing-lost/permutations.test.ts']),
  F18: row('an old message is sent again', ['test/nothing-lost/replayed.test.ts']),
  F19: row('a client repeats after a time-out', ['test/nothing-lost/killed.test.ts']),
  F20: row('all clients repeat at once', []),
  F21: row('a message that kills whoever does it', [
    'src/platform/in-hand.db.test.ts',
    'test/hl7v3/reliable.test.ts',
  ]),
  F22: row('one supplier floods', [
    'src/platform/admission.test.ts',
    'test/identity/flood.test.ts',
  ]),
  F23: row('a storm of connections', ['test/datacentres/routing.test.ts']),
  F24: row('waits that are given up', ['test/datacentres/refusing.test.ts']),
  F25: row('certificates end; revocation lists', [
    'src/operations/certificates/warnings.test.ts',
    'test/operations/certificates.test.ts',
    'test/hl7v3/certificates.test.ts',
    'src/prescriptions/signature/lists.db.test.ts',
    'test/identity/card-port.test.ts',
  ]),
  F26: row('keys change', ['test/identity/gateway.test.ts']),
  F27: row('nobody can sign in', ['test/identity/outage.test.ts']),
  F28: row('the directory is away; what is revoked', [
    'test/demographics/trouble.test.ts',
    'test/identity/gateway.test.ts',
    'src/identity/people/withdrawn.db.test.ts',
  ]),
  F29: row('demographics are away', ['test/demographics/trouble.test.ts']),
  F30: row('a deploy is half finished', [
    'test/keep/migrations.test.ts',
    'test/keep/rolling.test.ts',
  ]),
  F31: row('a backup is restored', [
    'test/keep/backup.test.ts',
    'test/keep/restores.test.ts',
    'test/datacentres/drill.test.ts',
  ]),
  F32: row('somebody is led to the wrong place', [
    'src/platform/database/epoch.db.test.ts',
    'test/datacentres/routing.test.ts',
  ]),
  F33: row('the lock store is lost, slow, or of an older time', []),
  F34: row('a standby is behind and says that it is well', []),
  F35: row('more comes than can be done', [
    'src/platform/admission.test.ts',
    'src/platform/refused.test.ts',
    'src/platform/listen.test.ts',
    'test/datacentres/urgency.test.ts',
  ]),
  F36: row('all pharmacies poll at opening time', ['test/migration/at-the-switch.test.ts']),
  F37: row('memory, file handles or time are short', []),
  F38: row('an operator is mistaken', [
    'src/platform/config.test.ts',
    'test/keep/deploy.test.ts',
    'test/nothing-lost/power.test.ts',
    'test/migration/plan.test.ts',
    'src/identity/registration/registration.db.test.ts',
  ]),
  F39: row('all is away but the status page', ['test/operations/status-site.test.ts']),
};

function row(fault: string, tests: readonly string[]): Covered {
  return { fault, tests };
}
