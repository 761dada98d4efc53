import { fail, ok, type Result } from '../../kernel/result.ts';

/** What of the directory is wanted; null: whatever it is. The values are as the client wrote them. */
export type Ask = {
  /** Code of the organisation. */
  readonly organisation: string | null;
  /** Whole name of an interaction. */
  readonly interaction: string | null;
  readonly partyKey: string | null;
  /** Code of the organisation that made the system. */
  readonly manufacturer: string | null;
};

export const ODS_SYSTEM = 'https://fhir.nhs.uk/Id/ods-organization-code';
export const INTERACTION_SYSTEM = 'https://fhir.nhs.uk/Id/nhsServiceInteractionId';
export const PARTY_KEY_SYSTEM = 'https://fhir.nhs.uk/Id/nhsMhsPartyKey';

/** Parameters of a request; of one that comes again, all values in their order. */
export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A switch of the back end, which has nothing to choose here [SDS 1.2]. */
const SWITCH = 'use_cpm';
const DEVICE = ['organization', 'identifier', 'manufacturing-organization', SWITCH];
const ENDPOINT = ['organization', 'identifier', SWITCH];

const ORGANISATION_TEXT = `organization=${ODS_SYSTEM}|value`;
const INTERACTION_TEXT = `identifier=${INTERACTION_SYSTEM}|value`;
const PARTY_KEY_TEXT = `identifier=${PARTY_KEY_SYSTEM}|value`;

// Without its closing bracket, as the public service writes it [SDS 1.2].
const IDENTIFIER_FAULT = `Missing or invalid 'identifier' query parameter. Should be one or both of: ['${INTERACTION_TEXT}', '${PARTY_KEY_TEXT}'`;

const COMBINATIONS = [
  [ORGANISATION_TEXT, INTERACTION_TEXT, PARTY_KEY_TEXT],
  [ORGANISATION_TEXT, INTERACTION_TEXT],
  [ORGANISATION_TEXT, PARTY_KEY_TEXT],
  [INTERACTION_TEXT, PARTY_KEY_TEXT],
].map((parts) => `'${parts.join('&')}'`);

/** Reads a question for accredited systems: of one organisation and one interaction at least; a fault is in the contract's words [SDS 1.2]. */
export function readDeviceAsk(parameters: Parameters): Result<Ask, string> {
  const ask = readAsk(parameters, DEVICE);
  if (!ask.ok) return ask;
  if (ask.value.organisation === null) return fail(organisationFault('organization'));
  return ask.value.interaction === null
    ? fail(faultOf('identifier', INTERACTION_TEXT))
    : ok(ask.value);
}

/** Reads a question for message handlers: by two at least of organisation, interaction and party key; a fault is in the contract's words [SDS 1.2]. */
export function readEndpointAsk(parameters: Parameters): Result<Ask, string> {
  const ask = readAsk(parameters, ENDPOINT);
  if (!ask.ok) return ask;
  const { organisation, interaction, partyKey } = ask.value;
  const named = [organisation, interaction, partyKey].filter((one) => one !== null);
  return named.length >= 2
    ? ask
    : fail(
        `Missing or invalid query parameters. Should one of following combinations: [${COMBINATIONS.join('')}]`,
      );
}

function readAsk(parameters: Parameters, known: readonly string[]): Result<Ask, string> {
  const strange = Object.keys(parameters).find((name) => !known.includes(name));
  if (strange !== undefined) return fail(`Illegal query parameter '${strange}'`);
  const organisation = readOrganisation(parameters, 'organization');
  if (!organisation.ok) return organisation;
  const identifiers = valuesOf(parameters, 'identifier').map(split);
  const systems = [INTERACTION_SYSTEM, PARTY_KEY_SYSTEM];
  if (!identifiers.every(({ system }) => systems.includes(system))) return fail(IDENTIFIER_FAULT);
  const manufacturer = readOrganisation(parameters, 'manufacturing-organization');
  if (!manufacturer.ok) return manufacturer;
  const lastOf = (system: string): string | null =>
    identifiers.findLast((one) => one.system === system)?.value ?? null;
  return ok({
    organisation: organisation.value,
    interaction: lastOf(INTERACTION_SYSTEM),
    partyKey: lastOf(PARTY_KEY_SYSTEM),
    manufacturer: manufacturer.value,
  });
}

/** Null when it is absent or blank. */
function readOrganisation(parameters: Parameters, name: string): Result<string | null, string> {
  const last = valuesOf(parameters, name).at(-1);
  if (last === undefined) return ok(null);
  const { system, value } = split(last);
  return system === ODS_SYSTEM ? ok(value) : fail(organisationFault(name));
}

function organisationFault(name: string): string {
  return faultOf(name, `${name}=${ODS_SYSTEM}|value`);
}

function faultOf(name: string, form: string): string {
  return `Missing or invalid '${name}' query parameter. Should be '${form}'`;
}

function valuesOf(parameters: Parameters, name: string): readonly string[] {
  const value = parameters[name] ?? [];
  return typeof value === 'string' ? [value] : value;
}

/** A blank value counts as none. */
function split(text: string): { readonly system: string; readonly value: string | null } {
  const bar = text.indexOf('|');
  if (bar === -1) return { system: text, value: null };
  const value = text.slice(bar + 1).trim();
  return { system: text.slice(0, bar), value: value === '' ? null : value };
}
