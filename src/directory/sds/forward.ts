/** Services whose messages go through the Spine when their interaction is one of those below [SDS 1.3]. */
const SERVICES = 'cc ebs ebsepr ebsnpr gp2gp pat itk dis ed op caf adm ooh am mh nd dir'.split(' ');

const RELIABLE = new Set(
  [
    'COPC_IN000001UK01 PRSC_IN040000UK08 PRSC_IN080000UK07 PRPA_IN010000UK07 PRPA_IN020000UK06',
    'PRSC_IN050000UK06 PRSC_IN090000UK09 PRPA_IN030000UK08 PRSC_IN100000UK06 PRSC_IN070000UK08',
    'PRSC_IN140000UK06 RCMR_IN010000UK05 RCMR_IN030000UK06 PRSC_IN130000UK07 PRSC_IN110000UK08',
    'PRSC_IN060000UK06 PRSC_IN150000UK06 POLB_IN020006UK01 POLB_IN020005UK01 COMT_IN000004GB01',
    'MCCI_IN010000UK13',
  ].flatMap((line) => line.split(' ')),
);
const EXPRESS = new Set(['PRSC_IN080000UK03', 'PRSC_IN040000UK03']);

export const RELIABLE_INTERMEDIARY = 'urn:nhs:names:services:tms:ReliableIntermediary';
export const EXPRESS_INTERMEDIARY = 'urn:nhs:names:services:tms:ExpressIntermediary';

/** The interaction under which the Spine takes messages of this one for others; null: they go straight to the other [SDS 1.3]. */
export function intermediaryOf(interaction: string): string | null {
  const [service = '', id = ''] = interaction.split(':').slice(-2);
  if (!SERVICES.includes(service.toLowerCase())) return null;
  if (RELIABLE.has(id.toUpperCase())) return RELIABLE_INTERMEDIARY;
  return EXPRESS.has(id.toUpperCase()) ? EXPRESS_INTERMEDIARY : null;
}
