import {
  INTERACTION,
  interaction,
  maker,
  ODS,
  organization,
  PARTY_KEY,
  partyKey,
  query,
  SUMMARY,
} from './sds.ts';

const O = `organization=${ODS}|value`;
const I = `identifier=${INTERACTION}|value`;
const P = `identifier=${PARTY_KEY}|value`;
export const MISSING_ORGANISATION = `Missing or invalid 'organization' query parameter. Should be '${O}'`;
const MISSING_INTERACTION = `Missing or invalid 'identifier' query parameter. Should be '${I}'`;
const WRONG_IDENTIFIER = `Missing or invalid 'identifier' query parameter. Should be one or both of: ['${I}', '${P}'`;
const TOO_FEW = `Missing or invalid query parameters. Should one of following combinations: ['${O}&${I}&${P}''${O}&${I}''${O}&${P}''${I}&${P}']`;

export const o = organization('A20047');
export const i = interaction(SUMMARY);
const p = partyKey('A20047-821870');

/** What is wrong, the path below the base, and what is told of it [SDS 1.2]. */
type Row = readonly [what: string, path: string, diagnostics: string];
export const BAD_REQUESTS: readonly Row[] = [
  ['an unknown parameter', `/Device${query(o, i, ['x', '1'])}`, "Illegal query parameter 'x'"],
  [
    'a parameter in capitals',
    `/Device${query(['Organization', `${ODS}|A`])}`,
    "Illegal query parameter 'Organization'",
  ],
  ['no parameter', '/Device', MISSING_ORGANISATION],
  ['no organisation', `/Device${query(i)}`, MISSING_ORGANISATION],
  ['a blank organisation', `/Device${query(organization(' '), i)}`, MISSING_ORGANISATION],
  [
    'an organisation of another system',
    `/Device${query(['organization', 'https://fhir.nhs.uk/Id/x|A20047'], i)}`,
    MISSING_ORGANISATION,
  ],
  [
    'an organisation without system',
    `/Device${query(['organization', 'A20047'], i)}`,
    MISSING_ORGANISATION,
  ],
  ['no interaction', `/Device${query(o)}`, MISSING_INTERACTION],
  ['a blank interaction', `/Device${query(o, interaction(''))}`, MISSING_INTERACTION],
  ['a party key in place of an interaction', `/Device${query(o, p)}`, MISSING_INTERACTION],
  [
    'an identifier of another system',
    `/Device${query(o, ['identifier', 'urn:x|1'])}`,
    WRONG_IDENTIFIER,
  ],
  [
    'one identifier of another system beside good ones',
    `/Device${query(o, i, ['identifier', `${ODS}|A20047`])}`,
    WRONG_IDENTIFIER,
  ],
  [
    'a maker of another system',
    `/Device${query(o, i, ['manufacturing-organization', 'x|X26'])}`,
    `Missing or invalid 'manufacturing-organization' query parameter. Should be 'manufacturing-organization=${ODS}|value'`,
  ],
  [
    'an endpoint of a maker',
    `/Endpoint${query(o, i, maker('X26'))}`,
    "Illegal query parameter 'manufacturing-organization'",
  ],
  ['endpoints by nothing', '/Endpoint', TOO_FEW],
  ['endpoints by the organisation alone', `/Endpoint${query(o)}`, TOO_FEW],
  ['endpoints by the interaction alone', `/Endpoint${query(i)}`, TOO_FEW],
  ['endpoints by the party alone', `/Endpoint${query(p)}`, TOO_FEW],
  ['endpoints by one and a blank one', `/Endpoint${query(o, partyKey(''))}`, TOO_FEW],
  [
    'endpoints of an organisation of another system',
    `/Endpoint${query(['organization', 'x|A20047'], i, p)}`,
    MISSING_ORGANISATION,
  ],
  [
    'endpoints by an identifier of another system',
    `/Endpoint${query(o, ['identifier', 'x|1'])}`,
    WRONG_IDENTIFIER,
  ],
];
