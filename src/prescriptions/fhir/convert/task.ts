import type { Task } from 'fhir/r4';

import {
  codedValue,
  guidElement,
  idElement,
  observation,
  pertinent,
  prescriptionIdValue,
  referenceTo,
  seperatable,
  valueElement,
} from '../../hl7v3/data-types.ts';
import { OID } from '../../hl7v3/oids.ts';
import { PERSON } from '../../hl7v3/people.ts';
import { type Element, element } from '../../../gateways/xml/element.ts';
import { idText, timeOf } from '../hl7-values.ts';
import { onlyIdentifier } from '../only.ts';
import type { ToldMember } from '../party.ts';
import { codingOf, extension } from '../r4.ts';
import { repeatCount } from '../repeat-count.ts';
import { CODE, EXTENSION, ID } from '../systems.ts';
import { readReturner, readWithdrawer } from '../task.ts';
import type { Translation } from '../translation.ts';
import { dispenserElement } from './dispenser.ts';

/** A return, PORX_IN100101SM31 [EPS-HL7-MAP 8]. */
export function proposalReturn(to: Translation, task: Task): Element {
  const returner = to.take(readReturner(task), null);
  const reason = codingOf(task.statusReason, CODE.returnReason);
  return element(
    'DispenseProposalReturn',
    { classCode: 'INFO', moodCode: 'EVN' },
    guidElement(taskId(to, task)),
    valueElement('effectiveTime', timeOf(to, task.authoredOn ?? '', 'Task.authoredOn')),
    element('author', { typeCode: 'AUT' }, dispenserElement(returner)),
    pertinent(
      'pertinentInformation1',
      observation(
        'pertinentPrescriptionID',
        'PID',
        prescriptionIdValue(task.groupIdentifier?.value ?? ''),
      ),
    ),
    apart(
      'pertinentInformation3',
      observation(
        'pertinentReturnReason',
        'RR',
        codedValue(reason?.code ?? '', OID.returnReason, reason?.display),
      ),
    ),
    element(
      'reversalOf',
      { inversionInd: 'true', negationInd: 'false', typeCode: 'REV' },
      seperatable(true),
      referenceTo('priorPrescriptionReleaseResponseRef', INFORMATION, focusOf(task)),
    ),
    repeatInstance('pertinentInformation2', task),
  );
}

const INFORMATION = { classCode: 'INFO', moodCode: 'EVN' } as const;

/** A withdrawal of the last notification, PORX_IN510101SM31 [EPS-HL7-MAP 8]. */
export function withdrawal(to: Translation, task: Task): Element {
  const reason = codingOf(task.statusReason, CODE.withdrawReason);
  const patient = idElement({
    root: OID.nhsNumber,
    extension: task.for?.identifier?.value ?? '',
  });
  return element(
    'ETPWithdraw',
    { classCode: 'ALRT', moodCode: 'EVN' },
    guidElement(taskId(to, task)),
    valueElement('effectiveTime', timeOf(to, task.authoredOn ?? '', 'Task.authoredOn')),
    element('recordTarget', { typeCode: 'RCT' }, element('patient', { classCode: 'PAT' }, patient)),
    element('author', { typeCode: 'AUT' }, withdrawerElement(to.take(readWithdrawer(task), null))),
    apart(
      'pertinentInformation3',
      observation(
        'pertinentWithdrawID',
        'WID',
        prescriptionIdValue(task.groupIdentifier?.value ?? ''),
      ),
    ),
    repeatInstance('pertinentInformation1', task),
    pertinent(
      'pertinentInformation2',
      observation(
        'pertinentWithdrawType',
        'PWT',
        codedValue('LD', OID.withdrawType, 'Last Dispense'),
      ),
    ),
    pertinent(
      'pertinentInformation5',
      observation(
        'pertinentWithdrawReason',
        'PWR',
        codedValue(reason?.code ?? '', OID.withdrawReason, reason?.display),
      ),
    ),
    element(
      'pertinentInformation4',
      { inversionInd: 'false', negationInd: 'false', typeCode: 'PERT' },
      seperatable(true),
      referenceTo('pertinentDispenseNotificationRef', INFORMATION, focusOf(task)),
    ),
  );
}

/** The organisation stands where a user would: so the real one writes it [EPS-HL7-MAP 8]. */
function withdrawerElement(member: ToldMember | null): Element | null {
  if (member === null) return null;
  const { roleProfile, organisation } = member;
  return element(
    'AgentPersonSDS',
    { classCode: 'AGNT' },
    idElement({ root: OID.roleProfile, extension: roleProfile }),
    element('agentPersonSDS', PERSON, idElement({ root: OID.user, extension: organisation.ods })),
  );
}

function taskId(to: Translation, { identifier }: Task): string {
  return idText(to.take(onlyIdentifier(identifier, ID.message, 'Task.identifier'), ''));
}

function focusOf({ focus }: Task): string {
  return idText(focus?.identifier?.value ?? '');
}

function apart(name: string, inner: Element): Element {
  return element(
    name,
    { contextConductionInd: 'false', typeCode: 'PERT' },
    seperatable(false),
    inner,
  );
}

function repeatInstance(name: string, task: Task): Element | null {
  const information = extension(task, EXTENSION.epsRepeatInformation);
  const issue = repeatCount(information, 'numberOfRepeatsIssued');
  if (issue === null) return null;
  const value = valueElement('value', String(issue));
  return pertinent(name, observation('pertinentRepeatInstanceInfo', 'RPI', value));
}
