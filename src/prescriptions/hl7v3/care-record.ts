import { guidElement, snomedElement, template } from './data-types.ts';
import { type Element, element } from '../../gateways/xml/element.ts';

const CATEGORY = {
  code: '185361000000102',
  display: 'Medication - care record element (record artifact)',
};

/** The items once more, by id only, as the care record files them. */
export function careRecord(items: readonly string[], moodCode: 'RQO' | 'PRMS'): Element {
  const components = items.map((id) =>
    element(
      'component',
      { typeCode: 'COMP' },
      element('actRef', { classCode: 'SBADM', moodCode }, guidElement(id)),
    ),
  );
  return element(
    'pertinentInformation2',
    { typeCode: 'PERT' },
    template('CSAB_RM-NPfITUK10.pertinentInformation1'),
    element(
      'pertinentCareRecordElementCategory',
      { classCode: 'CATEGORY', moodCode: 'EVN' },
      snomedElement('code', CATEGORY),
      components,
    ),
  );
}
