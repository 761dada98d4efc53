import { JsonReader, repeatedIn } from '../../kernel/json-reader.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { ODS_CODE } from '../organisation.ts';
import {
  type AccreditedSystem,
  ASID,
  type MessageHandler,
  PARTY_KEY,
  USUAL_RELIABILITY as usual,
} from './system.ts';

export type SystemFile = {
  readonly systems: readonly AccreditedSystem[];
  readonly handlers: readonly MessageHandler[];
};

const INTERACTION = /^urn:nhs:names:services:[a-z0-9]+(:[\w.$-]+)+$/;
const CPA_ID = /^[A-Za-z0-9]{1,20}$/;
const URL_SHAPE = /^https:\/\/[^/?#\s]+(\/[^?#\s]*)?$/;
const DURATION = /^P(?=\d|T\d)(\d{1,4}D)?(T(?=\d)(\d{1,4}H)?(\d{1,6}M)?(\d{1,6}S)?)?$/;
const RETRIES_MAX = 100;

/** Reads `{"systems": […], "handlers": […]}`; all problems at once, each with its place. Described in docs/reference/system-file.md. */
export function parseSystemFile(value: unknown): Result<SystemFile, readonly string[]> {
  const problems: string[] = [];
  const from = new JsonReader(value, '', problems);
  const file = {
    systems: from.each('systems', readSystem),
    handlers: from.each('handlers', readHandler),
  };
  from.done();
  if (file.systems.length + file.handlers.length === 0) {
    problems.push('systems or handlers must name at least one');
  }
  for (const id of [
    repeatedIn(file.systems.map(({ asid }) => asid)),
    repeatedIn(file.handlers.map(({ mhsId }) => mhsId)),
    repeatedIn(file.handlers.map(({ partyKey, interaction }) => `${partyKey} ${interaction}`)),
  ]) {
    if (id !== undefined) problems.push(`"${id}" is there twice`);
  }
  return problems.length === 0 ? ok(file) : fail(problems);
}

function readSystem(from: JsonReader): AccreditedSystem {
  const system = {
    asid: from.text('asid', ASID, '12 digits'),
    ods: from.text('ods', ODS_CODE, 'an ODS code'),
    clientOds: from.optionalText('clientOds', ODS_CODE, 'an ODS code'),
    partyKey: from.text('partyKey', PARTY_KEY, 'a party key, as A83008-900101'),
    interactions: from.texts('interactions', INTERACTION, 'a whole name of an interaction'),
    manufacturerOds: from.optionalText('manufacturerOds', ODS_CODE, 'an ODS code'),
  };
  from.done();
  return system;
}

function readHandler(from: JsonReader): MessageHandler {
  const partyKey = from.text('partyKey', PARTY_KEY, 'a party key, as A83008-900101');
  const interaction = from.text('interaction', INTERACTION, 'a whole name of an interaction');
  const endpoints = from.texts('endpoints', URL_SHAPE, 'an https address');
  const [first] = endpoints;
  const isBare = from.isTrue('withoutContract');
  const handler = {
    mhsId: from.optionalText('mhsId', /^\S{1,60}$/, 'an id') ?? `${partyKey}:${interaction}`,
    ods: from.text('ods', ODS_CODE, 'an ODS code'),
    partyKey,
    interaction,
    fqdn: first === undefined ? '' : new URL(first).hostname,
    endpoints,
    ...(isBare ? NO_CONTRACT : readContract(from)),
  };
  from.done();
  return handler;
}

type Contract = Omit<
  MessageHandler,
  'mhsId' | 'ods' | 'partyKey' | 'interaction' | 'fqdn' | 'endpoints'
>;

/** Of an interaction that is no message of ebXML: how often and how long it is tried is nobody's affair. */
const NO_CONTRACT: Contract = {
  cpaId: '',
  syncReplyMode: '',
  retries: null,
  retryInterval: null,
  persistDuration: null,
  duplicateElimination: '',
  ackRequested: '',
  actor: '',
};

function readContract(from: JsonReader): Contract {
  return {
    cpaId: from.text('cpaId', CPA_ID, 'up to 20 letters and digits'),
    syncReplyMode: from.one('syncReplyMode', ['MSHSignalsOnly', 'none'], usual.syncReplyMode),
    retries: from.count('retries', RETRIES_MAX, usual.retries),
    retryInterval: from.optionalText('retryInterval', DURATION, 'a duration, as PT60S'),
    persistDuration: from.optionalText('persistDuration', DURATION, 'a duration, as PT5M'),
    duplicateElimination: from.one(
      'duplicateElimination',
      ['always', 'never'],
      usual.duplicateElimination,
    ),
    ackRequested: from.one('ackRequested', ['always', 'never'], usual.ackRequested),
    actor: usual.actor,
  };
}
