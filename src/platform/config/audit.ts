/** Where the key that signs the audit trail is, and where its seals are copied: both outside the database. */
export type AuditPlace = { readonly keyFile: string; readonly folder: string };

/** Both or none. */
export function auditPlaceOf(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): AuditPlace | null {
  const keyFile = env['OPENSPINE_AUDIT_KEY'] ?? '';
  const folder = env['OPENSPINE_AUDIT_FOLDER'] ?? '';
  if (keyFile === '' && folder === '') return null;
  if (keyFile === '' || folder === '') {
    problems.push('OPENSPINE_AUDIT_KEY and OPENSPINE_AUDIT_FOLDER must be set together');
  }
  return { keyFile, folder };
}
