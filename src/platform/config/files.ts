import { words } from './words.ts';

/** Files of the machine that a process reads or writes; null: there is none. */
export type FilesConfig = {
  /** Certificates of the authorities of prescribers, in PEM; null: only the test authority, if there is one. */
  readonly signatureAuthorities: string | null;
  /** Certificates of makers of security keys who are trusted, in PEM; null: none is. */
  readonly securityKeyRoots: string | null;
  /** Further certificates of this machine, in PEM, whose end is watched. */
  readonly watchedCertificates: readonly string[];
  /** Says what is in hand when the process dies; null: nothing does. */
  readonly inHandFile: string | null;
  /** Folder for keys and certificates of the systems of a test installation; null: they get no files. */
  readonly testSystems: string | null;
  /** The socket on which the program that runs both datacentres takes orders. */
  readonly control: string | null;
};

export function filesOf(env: Readonly<Record<string, string | undefined>>): FilesConfig {
  return {
    signatureAuthorities: env['OPENSPINE_SIGNATURE_AUTHORITIES'] ?? null,
    securityKeyRoots: env['OPENSPINE_SECURITY_KEY_ROOTS'] ?? null,
    watchedCertificates: words(env['OPENSPINE_WATCHED_CERTIFICATES']),
    inHandFile: env['OPENSPINE_IN_HAND_FILE'] ?? null,
    testSystems: env['OPENSPINE_TEST_SYSTEMS'] ?? null,
    control: env['OPENSPINE_CONTROL'] || null,
  };
}
