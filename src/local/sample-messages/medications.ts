/** A product as prescriptions name it: dm+d code (SNOMED CT) and how it is counted. */
export type Medication = {
  readonly code: string;
  readonly display: string;
  readonly unit: { readonly code: string; readonly display: string };
  readonly quantity: number;
  readonly dosage: string;
};

const TABLET = { code: '428673006', display: 'tablet' } as const;
const CAPSULE = { code: '428641000', display: 'capsule' } as const;
const MILLILITRE = { code: '258773002', display: 'ml' } as const;
const GRAM = { code: '258682000', display: 'gram' } as const;
const DOSE = { code: '3317411000001100', display: 'dose' } as const;
const PATCH = { code: '419702001', display: 'patch' } as const;
const PLASTER = { code: '733010002', display: 'plaster' } as const;
const INJECTION = {
  code: '3318611000001103',
  display: 'pre-filled disposable injection',
} as const;

// Codes, names and units are those of the public EPS examples [EPS-FHIR 8]. Not medical advice: doses are for tests.
// biome-ignore format: a table of data
export const MEDICATIONS: readonly [Medication, ...Medication[]] = [
  { code: '39732311000001104', display: 'Amoxicillin 250mg capsules', unit: CAPSULE, quantity: 20, dosage: 'One capsule twice a day for 10 days' },
  { code: '322237000', display: 'Paracetamol 500mg soluble tablets', unit: TABLET, quantity: 100, dosage: 'Two tablets up to four times a day' },
  { code: '39113611000001102', display: 'Salbutamol 100micrograms/dose inhaler CFC free', unit: DOSE, quantity: 200, dosage: 'Two puffs when needed' },
  { code: '317972000', display: 'Furosemide 40mg tablets', unit: TABLET, quantity: 28, dosage: 'One tablet each morning' },
  { code: '322236009', display: 'Paracetamol 500mg tablets', unit: TABLET, quantity: 100, dosage: 'One or two, four times daily' },
  { code: '322341003', display: 'Co-codamol 30mg/500mg tablets', unit: TABLET, quantity: 20, dosage: 'One tablet twice a day' },
  { code: '324252006', display: 'Azithromycin 250mg capsules', unit: CAPSULE, quantity: 30, dosage: 'One capsule three times a day' },
  { code: '321080004', display: 'Pseudoephedrine hydrochloride 60mg tablets', unit: TABLET, quantity: 30, dosage: 'One tablet three times a day' },
  { code: '320567001', display: 'Budesonide 200micrograms/dose dry powder inhaler', unit: DOSE, quantity: 200, dosage: 'One puff to be inhaled twice a day' },
  { code: '323888003', display: 'Cefalexin 250mg/5ml oral suspension', unit: MILLILITRE, quantity: 100, dosage: 'One 5ml spoonful every six hours' },
  { code: '325427002', display: 'Prednisolone 5mg tablets', unit: TABLET, quantity: 72, dosage: 'Eight tablets daily with or after food' },
  { code: '329968007', display: 'Diclofenac potassium 50mg tablets', unit: TABLET, quantity: 84, dosage: 'One tablet three times daily' },
  { code: '330286001', display: 'Chloramphenicol 0.5% eye drops', unit: MILLILITRE, quantity: 10, dosage: 'One drop into the left eye as directed' },
  { code: '374372000', display: 'Betamethasone valerate 0.1% cream', unit: GRAM, quantity: 100, dosage: 'Apply sparingly to the affected area' },
  { code: '376689003', display: 'Trazodone 50mg capsules', unit: CAPSULE, quantity: 14, dosage: 'One capsule at night' },
  { code: '421341000', display: 'Doxycycline 100mg tablets', unit: TABLET, quantity: 7, dosage: 'One tablet daily' },
  { code: '408015000', display: 'Moxifloxacin 400mg tablets', unit: TABLET, quantity: 5, dosage: 'One tablet daily for 5 days' },
  { code: '324689003', display: 'Nystatin 100,000units/ml oral suspension', unit: MILLILITRE, quantity: 30, dosage: '1 ml four times a day after food' },
  { code: '30318011000001108', display: 'Diclofenac 140mg medicated plasters', unit: PLASTER, quantity: 2, dosage: 'One plaster twice a day' },
  { code: '15517911000001104', display: 'Methotrexate 10mg/0.2ml solution for injection pre-filled syringes', unit: INJECTION, quantity: 1, dosage: 'Inject 10 milligram once a week' },
  { code: '36120011000001101', display: 'Fentanyl 25micrograms/hour transdermal patches', unit: PATCH, quantity: 5, dosage: 'One patch every 72 hours' },
  { code: '321196004', display: 'Diazepam 2mg tablets', unit: TABLET, quantity: 28, dosage: 'One tablet at night' },
];

/** The n-th product, beginning again after the last: any number of items has a product each. */
export function medication(index: number): Medication {
  return MEDICATIONS[index % MEDICATIONS.length] ?? MEDICATIONS[0];
}
