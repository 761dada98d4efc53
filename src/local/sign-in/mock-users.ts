import { ORGANISATIONS } from '../organisations.ts';

/** Users of the mock identity providers, as the API platform names them [IDENTITY 3.2]. */
export const MOCK_CARE_USERS = [
  { userId: '656005750104', family: 'Synthetic-Four', roles: ['surgery'], level: '3' },
  { userId: '656005750105', family: 'Synthetic-Five', roles: ['pharmacy'], level: '3' },
  { userId: '656005750106', family: 'Synthetic-Six', roles: ['surgery', 'pharmacy'], level: '3' },
  { userId: '656005750107', family: 'Synthetic-Seven', roles: [], level: '3' },
  { userId: '656005750109', family: 'Synthetic-Nine', roles: ['surgery'], level: '2' },
  { userId: '656005750110', family: 'Synthetic-Ten', roles: ['surgery'], level: '1' },
] as const;

export const MOCK_PATIENTS = [
  { nhsNumber: '9912003071', proofingLevel: 'P9', vectorOfTrust: 'P9.Cp.Cd' },
  { nhsNumber: '9912003072', proofingLevel: 'P5', vectorOfTrust: 'P5.Cp.Cd' },
  { nhsNumber: '9912003073', proofingLevel: 'P0', vectorOfTrust: 'P0.Cp.Cd' },
] as const;

export type MockPatient = (typeof MOCK_PATIENTS)[number];

/** How well a mock user is authenticated; everybody else of the test system has a card. */
export function levelOf(userId: string): string {
  return MOCK_CARE_USERS.find((user) => user.userId === userId)?.level ?? '3';
}

const FIRST_ROLE = 555_254_240_100;

/** The mock users as a file of people has them. */
export function mockPeople(): { readonly userId: string; readonly [name: string]: unknown }[] {
  let next = FIRST_ROLE;
  return MOCK_CARE_USERS.map(({ userId, family, roles }) => {
    const places = roles.map((place) => {
      const [role, membership] = [String(next), String(next + 1)];
      next += 2;
      return { place, role, membership };
    });
    return {
      userId,
      title: 'Mx',
      given: 'Mock',
      family,
      synthetic: true,
      memberships: places.map(({ place, membership }) => ({
        id: membership,
        organisation: ORGANISATIONS[place].ods,
      })),
      roleProfiles: places.map(({ place, role }) => ({
        id: role,
        organisation: ORGANISATIONS[place].ods,
        jobRole: place === 'surgery' ? 'S8000:G8000:R8000' : 'S0050:G0200:R1290',
        activities: place === 'surgery' ? ['B0420'] : ['B0570', 'B0572'],
      })),
    };
  });
}
