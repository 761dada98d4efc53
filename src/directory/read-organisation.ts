import type { JsonReader } from '../kernel/json-reader.ts';
import { ODS_CODE, type Organisation } from './organisation.ts';

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} &'’().,/-]{0,99}$/u;
const ADDRESS_LINES_MAX = 5;
const TELEPHONE = /^\+?[0-9 ]{3,20}$/;

/** An organisation as a file says it; what is wrong with it is told to the reader. */
export function readOrganisation(from: JsonReader): Organisation {
  const organisation = {
    ods: from.text('ods', ODS_CODE, 'an ODS code: 3 to 10 capital letters and digits'),
    name: from.text('name', NAME, 'a name of up to 100 characters'),
    addressLines: from.texts('addressLines', NAME, 'lines of an address'),
    city: from.optionalText('city', NAME, 'the name of a place') ?? '',
    postcode: from.optionalText('postcode', /^[A-Z0-9]{2,4} [0-9][A-Z]{2}$/, 'a postcode') ?? '',
    telephone: from.optionalText('telephone', TELEPHONE, 'a telephone number'),
    openedOn: from.optionalDay('openedOn'),
    closedOn: from.optionalDay('closedOn'),
  };
  from.done();
  const { addressLines, openedOn, closedOn } = organisation;
  if (addressLines.length > ADDRESS_LINES_MAX) {
    from.problem('addressLines', `must be at most ${ADDRESS_LINES_MAX} lines`);
  }
  if (openedOn !== null && closedOn !== null && closedOn < openedOn) {
    from.problem('closedOn', 'must not be before openedOn');
  }
  return organisation;
}
