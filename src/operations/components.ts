/** Parts of the service under the name of the failure that a user sees [EXPERIENCE 6.1]. */
export const GROUPS = [
  'Identity',
  'Prescribing',
  'Dispensing',
  'Patients and directory',
  'Viewing',
  'Platform',
] as const;
export type Group = (typeof GROUPS)[number];

/**
 * `weight`: how much depends on it. `gate`: nobody can do anything without it; `core`: a step from prescriber to
 * patient; `support`: work goes on without it, with more effort; `minor`: it can wait.
 */
export const COMPONENTS = {
  'sign-in': { name: 'Smartcard and sign-in', group: 'Identity', weight: 'gate' },
  sessions: { name: 'Role and session service', group: 'Identity', weight: 'gate' },
  signing: { name: 'Signing', group: 'Prescribing', weight: 'core' },
  'send-fhir': { name: 'Send prescription (FHIR)', group: 'Prescribing', weight: 'core' },
  'send-hl7v3': { name: 'Send prescription (HL7 V3)', group: 'Prescribing', weight: 'core' },
  cancel: { name: 'Cancel', group: 'Prescribing', weight: 'core' },
  'nominated-download': { name: 'Nominated download', group: 'Dispensing', weight: 'core' },
  'download-by-id': { name: 'Download by id', group: 'Dispensing', weight: 'core' },
  'return-withdraw': { name: 'Return and withdraw', group: 'Dispensing', weight: 'core' },
  dispense: { name: 'Dispense notification', group: 'Dispensing', weight: 'core' },
  claim: { name: 'Claim', group: 'Dispensing', weight: 'support' },
  demographics: {
    name: 'Demographics lookup',
    group: 'Patients and directory',
    weight: 'core',
  },
  'demographics-update': {
    name: 'Demographics update and nomination',
    group: 'Patients and directory',
    weight: 'support',
  },
  directory: { name: 'Directory lookup', group: 'Patients and directory', weight: 'support' },
  tracker: { name: 'Tracker', group: 'Viewing', weight: 'support' },
  transport: { name: 'Message transport', group: 'Platform', weight: 'core' },
  overnight: { name: 'Overnight work', group: 'Platform', weight: 'support' },
  notifications: { name: 'Notifications and this page', group: 'Platform', weight: 'minor' },
} as const satisfies Record<
  string,
  { readonly name: string; readonly group: Group; readonly weight: Weight }
>;
export type Weight = 'gate' | 'core' | 'support' | 'minor';
export type Component = keyof typeof COMPONENTS;

export const COMPONENT_IDS = Object.keys(COMPONENTS).filter(isComponent);

export function isComponent(text: string): text is Component {
  return Object.hasOwn(COMPONENTS, text);
}

export const DATACENTRES = ['a', 'b'] as const;
export type Datacentre = (typeof DATACENTRES)[number];

/** Where something is: one component at one datacentre. */
export type Cell = { readonly component: Component; readonly datacentre: Datacentre };

export function isSameCell(one: Cell, other: Cell): boolean {
  return one.component === other.component && one.datacentre === other.datacentre;
}

/** Who is affected, in the words of the public [EXPERIENCE 6.4]. */
export const USER_GROUPS = {
  practices: 'practices',
  pharmacies: 'pharmacies',
  hospitals: 'hospitals',
  patients: 'patients',
  suppliers: 'suppliers',
} as const;
export type UserGroup = keyof typeof USER_GROUPS;

export const USER_GROUP_IDS = Object.keys(USER_GROUPS).filter(isUserGroup);

export function isUserGroup(text: string): text is UserGroup {
  return Object.hasOwn(USER_GROUPS, text);
}

/** Who works with a component, as far as it goes without saying. */
export function usersOf(component: Component): readonly UserGroup[] {
  switch (COMPONENTS[component].group) {
    case 'Prescribing':
      return ['practices', 'hospitals'];
    case 'Dispensing':
      return ['pharmacies'];
    case 'Viewing':
      return ['practices', 'pharmacies', 'patients'];
    case 'Identity':
    case 'Patients and directory':
    case 'Platform':
      return ['practices', 'pharmacies', 'hospitals'];
  }
}

/** What a cell is: computed, never set by hand [EXPERIENCE 6.1]. From best to worst, but for the last two. */
export const STATES = {
  operational: { name: 'Operational', colour: 'green', symbol: '✓' },
  degraded: { name: 'Degraded', colour: 'yellow', symbol: '▲' },
  partial: { name: 'Partial outage', colour: 'orange', symbol: '◆' },
  full: { name: 'Full outage', colour: 'red', symbol: '✕' },
  maintenance: { name: 'Maintenance', colour: 'blue', symbol: '●' },
  unknown: { name: 'Unknown', colour: 'grey', symbol: '?' },
} as const;
export type State = keyof typeof STATES;
