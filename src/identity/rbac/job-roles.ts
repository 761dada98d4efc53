/** Names of job roles by their code, as the national database writes them [IDENTITY 1.5]. */
export const JOB_ROLES: Readonly<Record<string, string>> = {
  R0001: 'Privacy Officer',
  R0008: 'Demographic Supervisor',
  R0011: 'Dispenser',
  R0050: 'Consultant',
  R0250: 'General Dental Practitioner',
  R0260: 'General Medical Practitioner',
  R0270: 'Salaried General Practitioner',
  R0570: 'Nurse Consultant',
  R0600: 'Specialist Nurse Practitioner',
  R0620: 'Staff Nurse',
  R0680: 'Midwife',
  R0690: 'Community Practitioner',
  R0700: 'Community Nurse',
  R1280: 'Optometrist',
  R1290: 'Pharmacist',
  R1380: 'Technician - PS&T',
  R1540: 'Associate Practitioner',
  R1543: 'Associate Practitioner - Nurse',
  R1547: 'Associate Practitioner - General Practitioner',
  R1560: 'Helper/Assistant',
  R1660: 'Pre-reg Pharmacist',
  R1720: 'Clerical Worker',
  R1730: 'Receptionist',
  R1740: 'Secretary',
  R1750: 'Personal Assistant',
  R1760: 'Medical Secretary',
  R1770: 'Officer',
  R1780: 'Manager',
  R1979: 'Medical Technical Officer - Pharmacy',
  R5007: 'System Administrator',
  R5072: 'Root Registration Authority Manager',
  R5080: 'Registration Authority Manager',
  R5090: 'Registration Authority Agent',
  R5105: 'Caldicott Guardian',
  R5110: 'Demographic Administrator',
  R5182: 'ERS ETP System Administrator',
  R6200: 'General Practitioner Registrar',
  R6300: 'Sessional General Practitioner',
  R8000: 'Clinical Practitioner Access Role',
  R8001: 'Nurse Access Role',
  R8002: 'Nurse Manager Access Role',
  R8003: 'Health Professional Access Role',
  R8004: 'Healthcare Student Access Role',
  R8005: 'Biomedical Scientist Access Role',
  R8006: 'Medical Secretary Access Role',
  R8007: 'Clinical Coder Access Role',
  R8008: 'Admin/Clinical Support Access Role',
  R8009: 'Receptionist Access Role',
  R8010: 'Clerical Access Role',
  R8011: 'Clerical Manager Access Role',
  R8012: 'Information Officer Access Role',
  R8013: 'Health Records Manager Access Role',
  R8014: 'Social Worker Access Role',
  R8015: 'Systems Support Access Role',
  R8016: 'Midwife Access Role',
  R8017: 'Midwife Manager Access Role',
  R8024: 'Bank Access Role',
  R9756: 'ETP System Administrator',
};

/** Staff group and sub-group of a job role code. Only the first is public; the others are our words for them. */
export const STAFF_GROUPS: Readonly<Record<string, readonly [group: string, subGroup: string]>> = {
  'S8000:G8000': ['Clinical', 'Clinical Provision'],
  'S8000:G8001': ['Clinical', 'Clinical Support'],
  'S8001:G8001': ['Clinical', 'Clinical Support'],
  'S8001:G8002': ['Support', 'Administration'],
  'S8001:G8005': ['Support', 'Systems Support'],
  'S8002:G8003': ['Admin & Clerical', 'Information Governance'],
  'S8003:G8003': ['Clinical', 'Health Professionals'],
  'S8006:G8006': ['Admin & Clerical', 'Medical Secretaries'],
  'S0010:G0020': ['Medical and Dental', 'Medical'],
  'S0030:G0100': ['Nursing and Midwifery', 'Nursing'],
  'S0050:G0200': ['Scientific, Therapeutic and Technical', 'Pharmacy'],
  'S0080:G0450': ['Admin & Clerical', 'Management - A & C'],
};

export const JOB_ROLE_CODE = /^(S\d{4}:G\d{4}):(R\d{4})$/;

/** What is called how: job roles by R code, staff groups by S and G code. */
export type JobRoleNames = {
  readonly roles: Readonly<Record<string, string>>;
  readonly groups: Readonly<Record<string, readonly [group: string, subGroup: string]>>;
};

/** What the program knows by itself. */
export const BUILT_IN_NAMES: JobRoleNames = { roles: JOB_ROLES, groups: STAFF_GROUPS };

/** The three quoted parts of a job role's name [IDENTITY 1.1]; null when a part has no name. */
export function jobRoleName(code: string, known: JobRoleNames = BUILT_IN_NAMES): string | null {
  const [, group = '', role = ''] = JOB_ROLE_CODE.exec(code) ?? [];
  const names = known.groups[group];
  const name = known.roles[role];
  return names === undefined || name === undefined
    ? null
    : [...names, name].map((part) => `"${part}"`).join(':');
}

/** The R code of a job role of three parts, which is what rights hang on. */
export function roleOf(jobRole: string): string {
  return jobRole.split(':').at(-1) ?? '';
}
