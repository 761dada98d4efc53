/** An activity of the national database, formerly called a business function [IDENTITY 1.5]. */
export type Activity = {
  /** Null: its name is not public. */
  readonly name: string | null;
  /** Whoever may do one of these may do this too. */
  readonly heldThrough: readonly string[];
  /** Job roles that may do it without being given it. */
  readonly baseline: readonly string[];
};

const PRESCRIBERS = roles('R0260 R0270 R6200 R6300 R1547');
const CONSULTANTS = [...roles('R0950-R0980 R0955 R0965 R0975 R0985')];

/** The public extract of the national baseline policy, as the tracker's web pages carry it [IDENTITY 1.5]. */
export const ACTIVITIES: Readonly<Record<string, Activity>> = {
  B0015: activity('Manage Legal Override Alerts'),
  B0017: activity('Manage Subject Access Request Alerts'),
  B0028: activity('Manage Allergies'),
  B0030: activity('Manage Self Referral'),
  B0055: activity(null),
  B0058: activity('Nurse Prescribers Formulary (NPF) Prescribing', '', 'R8008'),
  B0062: activity('Local System Administration'),
  B0064: activity(null),
  B0066: activity(null, 'B1692'),
  B0068: activity('Verify Prescription'),
  B0069: activity(null, 'B0380'),
  B0071: activity(null),
  B0090: activity('Manage Workgroup Membership'),
  B0100: activity('Manage Workgroups'),
  B0278: {
    name: 'Perform Prescription Preparation',
    heldThrough: ['B0058', 'B0420', 'B0440'],
    baseline: [...PRESCRIBERS, ...roles('R8001 R8002 R0011 R1560 R1730 R1740 R1760')],
  },
  B0360: activity(
    'View Detailed Health Records',
    'B0790 B1693 B0066 B1690',
    'R0330-R0530 R0550 R6400 R0580 R0630 R1540 R1550 R1480 R1590 R1630 R1660 R8004 R8005 R8014',
  ),
  B0380: activity(
    null,
    'B0055 B8028',
    'R0260 R0270 R6200 R6300 R0620 R0630 R0690 R0700 R0680 R0018 R0750 R0790 R0950 R1110 R0955 R1540 R1543 R1547 R1590 R8001 R8002 R8003 R8016 R8017 R8006 R8008 R8014',
  ),
  B0401: {
    name: 'View Patient Medication',
    heldThrough: ['B0360', 'B0069', 'B0422', 'B0468', 'B0429'],
    baseline: [
      ...PRESCRIBERS,
      ...roles('R0370-R0410 R6400 R0600 R0620 R0630 R0690 R0700 R0680 R0018 R0750-R0820'),
      ...CONSULTANTS,
      ...roles('R1110-R1140 R1290 R1540 R1543 R1720 R1730 R1740 R1760 R1770'),
    ],
  },
  B0420: { name: 'Independent Prescribing', heldThrough: [], baseline: [...PRESCRIBERS, 'R8000'] },
  B0422: activity(null, 'B0278', 'R0600 R0690 R0700 R1540 R8002'),
  B0428: activity('Personal Medication Administration'),
  B0429: activity(null, '', 'R1290'),
  B0440: activity('Supplementary Prescribing'),
  B0468: activity('Cancel/Discontinue Medication', 'B0278'),
  B0570: activity('Perform Pharmacy Activities', 'B0571 B0572', 'R8004'),
  B0571: activity(null),
  B0572: activity('Manage Pharmacy Activities', '', 'R8003 R8008'),
  B0790: activity(
    null,
    'B0380 B0800',
    'R0018 R0710-R0940 R0950-R1260 R0955 R0965 R0975 R0985 R1280 R1290 R1300 R1310 R1390 R1500 R1510 R6050 R1982 R1985 R6060',
  ),
  B0800: activity(null, '', 'R8007 R1984 R6050 R5007 R6020 R6070 R7130 R8013'),
  B0820: activity('View Patient Demographics', 'B0825'),
  B0825: activity('Amend Patient Demographics', '', 'R8000'),
  B1570: activity('View Shared Non-Patient Identifiable Information'),
  B1611: activity('Access Sensitive Flagged Records'),
  B1690: activity(null, 'B0380'),
  B1692: activity(null, 'B0071'),
  B1693: activity(null, 'B1694', 'R8004 R8006 R8007 R8008 R8010 R8011 R8013'),
  B1694: activity(null, 'B0064', 'R8000-R8003/1 R8014'),
  B8028: activity('Manage Detailed Health Records', 'B8029', 'R8000 R8002'),
  B8029: activity(null, '', 'R8000'),
};

function activity(name: string | null, heldThrough = '', baseline = ''): Activity {
  return {
    name,
    heldThrough: heldThrough === '' ? [] : heldThrough.split(' '),
    baseline: baseline === '' ? [] : roles(baseline),
  };
}

/** `R0260 R0370-R0410`: a range goes by ten, unless it says `/1`, as the specification writes it. */
function roles(text: string): string[] {
  return text.split(' ').flatMap((word) => {
    const [, from = '', until = from, step = '10'] =
      /^R(\d{4})(?:-R(\d{4}))?(?:\/(\d))?$/.exec(word) ?? [];
    const codes: string[] = [];
    for (let code = Number(from); code <= Number(until); code += Number(step)) {
      codes.push(`R${String(code).padStart(4, '0')}`);
    }
    return codes;
  });
}
