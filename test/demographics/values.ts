import { copyOf, isMap, type Json, type JsonMap } from '../../src/demographics/json.ts';

/** All values at a path such as `entry[*].resource.name[use=usual].family`; one that has no list in it gives one. */
export function select(value: Json, path: string): { values: Json[]; isMany: boolean } {
  let here: Json[] = [value];
  let isMany = false;
  for (const step of path.match(/\[[^\]]*\]|[^.[\]]+/g) ?? []) {
    if (step === '[*]' || step.includes('=')) isMany = true;
    here = here.flatMap((one) => stepInto(one, step));
  }
  return { values: here, isMany };
}

function stepInto(value: Json, step: string): Json[] {
  if (!step.startsWith('[')) {
    const found = isMap(value) ? value[step] : undefined;
    return found === undefined ? [] : [found];
  }
  const list = Array.isArray(value) ? value : [];
  const inner = step.slice(1, -1);
  if (inner === '*') return list;
  const equals = inner.indexOf('=');
  if (equals === -1) return list[Number(inner)] === undefined ? [] : [list[Number(inner)] ?? null];
  const [name, wanted] = [inner.slice(0, equals), inner.slice(equals + 1)];
  return list.filter((one) => isMap(one) && one[name] === wanted);
}

/** The list at a path, or the one value; undefined when there is none. */
export function valueAt(value: Json, path: string): Json | undefined {
  const { values, isMany } = select(value, path);
  return isMany ? (values.length === 0 ? undefined : values) : values[0];
}

/** The same with another value at a path; null takes it out. */
export function edited(value: Json, path: string, to: Json): Json {
  const steps = (path.match(/\[[^\]]*\]|[^.[\]]+/g) ?? []).map((step) =>
    step.startsWith('[') ? Number(step.slice(1, -1)) : step,
  );
  return change(copyOf(value), steps, to) ?? null;
}

function change(
  value: Json | undefined,
  steps: readonly (string | number)[],
  to: Json,
): Json | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return to ?? undefined;
  if (typeof step === 'number') {
    const list = Array.isArray(value) ? [...value] : [];
    const next = change(list[step], rest, to);
    if (next === undefined) list.splice(step, 1);
    else list[step] = next;
    return list;
  }
  const { [step]: old, ...others } = isMap(value) ? value : {};
  const next = change(old, rest, to);
  return next === undefined ? others : { ...(isMap(value) ? value : {}), [step]: next };
}

let made = 0;

/** A made-up value that fits: `@given`, `@birthDate` … [corpus/pds/README]. */
export function madeUp(name: string): Json {
  made += 1;
  const letters = [...(made * 7919 + 104_729).toString(26)].map((digit) =>
    String.fromCodePoint(97 + Number.parseInt(digit, 26)),
  );
  const word = letters.join('');
  const day = (days: number): string =>
    new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  switch (name) {
    case 'given':
      return `Zebe${word}`;
    case 'surname':
      return `Karate-test-${word}`;
    case 'prefix':
      return 'Mrs';
    case 'gender':
      return made % 2 === 0 ? 'male' : 'female';
    case 'birthDate':
      return `19${50 + (made % 40)}-0${(made % 8) + 1}-1${made % 9}`;
    case 'home':
      return {
        use: 'home',
        period: { start: day(-400) },
        line: ['', `${made} Whitehall Quay`, '', 'LEEDS', ''],
        postalCode: 'LS1 4BU',
      };
    case 'lastMonth':
      return day(-(made % 20) - 5);
    case 'inFourYears':
      return day(1461);
    default:
      throw new Error(`no made-up value @${name}`);
  }
}

/** Bodies that cases name: `create`, `coverage`, `informalDeath`. */
export function readyBody(name: string, vars: JsonMap): Json {
  const of = (variable: string): Json => vars[variable] ?? null;
  switch (name) {
    case 'create':
      return {
        resourceType: 'Patient',
        name: [
          {
            use: 'usual',
            period: { start: '2020-01-01' },
            prefix: [of('prefix')],
            given: [of('given1'), of('given2')],
            family: of('surname'),
          },
        ],
        gender: of('gender'),
        birthDate: of('birth'),
        address: [of('home')],
        extension: [authority()],
      };
    case 'coverage':
      return {
        resourceType: 'Coverage',
        status: 'active',
        subscriber: {
          type: 'Patient',
          identifier: { system: 'https://fhir.nhs.uk/Id/nhs-number', value: of('nhs') },
        },
        identifier: [
          {
            value: 'DE123456789',
            assigner: { identifier: { system: 'urn:iso:std:iso:3166', value: 'DEU' } },
          },
        ],
        payor: [{ identifier: { value: 'DE98765' } }],
        beneficiary: { type: 'Patient', identifier: { value: '1234567890' } },
        period: { end: of('end') },
      };
    case 'informalDeath':
      return deathStatus('1');
    case 'formalDeath':
      return deathStatus('2');
    default:
      throw new Error(`no ready body ${name}`);
  }
}

const UK = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-';

function authority(): Json {
  const coding = {
    system: 'https://fhir.nhs.uk/CodeSystem/UKCore-RegisteringAuthorityType',
    code: 'x',
  };
  return {
    url: `${UK}RegisteringAuthority`,
    extension: [
      { url: 'registeringAuthorityType', valueCodeableConcept: { coding: [coding] } },
      { url: 'organisationIdentifier', valueString: 'RGS' },
    ],
  };
}

function deathStatus(code: string): Json {
  const system = 'https://fhir.hl7.org.uk/CodeSystem/UKCore-DeathNotificationStatus';
  return {
    url: `${UK}DeathNotificationStatus`,
    extension: [
      {
        url: 'deathNotificationStatus',
        valueCodeableConcept: { coding: [{ system, version: '1.0.0', code }] },
      },
      { url: 'systemEffectiveDate', valueDateTime: '2024-01-01T00:00:00+00:00' },
    ],
  };
}
