import type { Database } from '../../platform/database.ts';
import { feedEnd } from '../catch-up/feed-end.ts';
import { isTooManyHeld, type Plan } from '../plan/plan.ts';
import { badWords } from '../signatures/progress.ts';
import { judgedIn } from '../signatures/repository.ts';
import type { Shadow, Shown } from './evidence.ts';
import * as repository from './repository.ts';

/** Something that must be so before the old store is stopped, and what shows it [MIGRATION 7]. */
export type Gate = {
  readonly name: string;
  readonly isGreen: boolean;
  readonly evidence: string;
};

/** All gates, in the order in which they are best made green. `shown` is what lies beside the plan. */
export async function gatesOf(database: Database, plan: Plan, shown: Shown): Promise<Gate[]> {
  const [of, ...more] = await gatesOfStore(database, plan);
  return [...(of === undefined ? [] : [of]), ...more, ...gatesOfFiles(plan, shown)];
}

/** Those that the store itself shows. */
export async function gatesOfStore(database: Database, plan: Plan): Promise<Gate[]> {
  return [
    await loaded(database, plan),
    await classes(database, plan),
    await held(database, plan),
    await signatures(database, plan),
    await lag(database, plan),
    await report(database, plan),
  ];
}

async function loaded(database: Database, { exportId, manifest }: Plan): Promise<Gate> {
  const row = await repository.exportOf(database, exportId);
  const isSame = row?.manifest.toString('hex') === manifest;
  const words = row?.isLoaded === true ? 'is loaded' : 'is not loaded';
  return {
    name: 'export',
    isGreen: row?.isLoaded === true && isSame,
    evidence: `export ${exportId} ${words}${isSame ? ', as the plan has it' : ''}`,
  };
}

/** What was found is what was signed off; ids that changed since may be of other classes. */
async function classes(database: Database, plan: Plan): Promise<Gate> {
  const { classes: found, touched } = await repository.classCounts(database, plan.exportId);
  const planned = new Map(plan.classes.map((one) => [one.class, one]));
  const wrong = [...new Set([...found.keys(), ...planned.keys()])].filter((name) => {
    const [is, was] = [found.get(name), planned.get(name)];
    if (touched === 0) return is?.digest !== was?.digest;
    return Math.abs((is?.count ?? 0) - (was?.count ?? 0)) > touched;
  });
  return {
    name: 'classes',
    isGreen: wrong.length === 0,
    evidence:
      wrong.length === 0
        ? `${found.size} dirty classes are as they were signed off; ${touched} ids changed since`
        : `not as signed off: ${wrong.join(', ')}`,
  };
}

async function held(database: Database, { limits }: Plan): Promise<Gate> {
  const count = await repository.openAndHeld(database);
  return {
    name: 'held',
    isGreen: !isTooManyHeld(count, limits),
    evidence: `${count.held} of ${count.open} open prescriptions are held; ${limits.heldPermille} of a thousand may be`,
  };
}

/** Nothing is handed out whose order nobody has looked at [MIGRATION 3, step 10; 4, D20]. */
async function signatures(database: Database, { exportId, authorities }: Plan): Promise<Gate> {
  const { judged, at, bad, ...by } = await judgedIn(database, exportId);
  const isSame = by.authorities === authorities;
  const words =
    at === null ? `${judged} orders are judged, and not all: spine migrate check-signatures` : '';
  const other = isSame ? '' : ', by other authorities than those of the plan';
  return {
    name: 'signatures',
    isGreen: at !== null && isSame,
    evidence: words || `all ${judged} orders are judged${other}; not good: ${badWords(bad)}`,
  };
}

async function lag(database: Database, plan: Plan): Promise<Gate> {
  const { feed, exportId, exportKey: publicKeyPem, limits } = plan;
  const applied = (await repository.exportOf(database, exportId))?.changeSeq ?? 0;
  const { last, lagSeconds } = await feedEnd(feed, { exportId, publicKeyPem }, applied);
  return {
    name: 'lag',
    isGreen: lagSeconds <= limits.lagSeconds,
    evidence: `change ${applied} of ${last} is applied: ${lagSeconds} s behind, ${limits.lagSeconds} s may be`,
  };
}

async function report(database: Database, { exportId, limits }: Plan): Promise<Gate> {
  const last = await repository.lastReport(database, exportId);
  if (last === null) {
    return { name: 'report', isGreen: false, evidence: 'none: spine migrate reconcile' };
  }
  const { ageHours, differences, changeSeq, isBehindSignatures } = last;
  const before = isBehindSignatures ? '' : ', before all signatures were judged';
  return {
    name: 'report',
    isGreen: differences === 0 && ageHours <= limits.reportHours && isBehindSignatures,
    evidence: `${differences} differences up to change ${changeSeq}, ${ageHours.toFixed(1)} h ago${before}; ${limits.reportHours} h may be`,
  };
}

const REHEARSALS = 2; // clean, in a row

function gatesOfFiles(plan: Plan, shown: Shown): Gate[] {
  const { rehearsals, attested } = shown;
  const last = rehearsals.slice(-REHEARSALS);
  const clean = last.filter(({ isClean }) => isClean).length;
  const drill = rehearsals.findLast(({ isFallBackClean }) => isFallBackClean);
  const { drillDays } = plan.limits;
  return [
    shadowGate(plan, shown),
    {
      name: 'rehearsals',
      isGreen: clean === REHEARSALS,
      evidence: `${clean} of the last ${REHEARSALS} were clean, of ${rehearsals.length} of this plan`,
    },
    {
      name: 'fall-back drill',
      isGreen: drill !== undefined && drill.ageDays <= drillDays,
      evidence:
        drill === undefined
          ? 'none'
          : `clean ${drill.ageDays.toFixed(1)} days ago; ${drillDays} may be`,
    },
    ...ATTESTED.map(({ gate, words }): Gate => {
      const one = attested.get(gate);
      return {
        name: gate,
        isGreen: one !== undefined && one.ageDays <= drillDays,
        evidence:
          one === undefined
            ? `nobody has said that ${words}: spine migrate attest`
            : `${words}: ${one.people.join(' and ')}, ${one.ageDays.toFixed(1)} days ago, ${one.file}`,
      };
    }),
  ];
}

/**
 * Reads first, then messages into a copy: as many of either as are wanted, and not one of them answered otherwise
 * [MIGRATION 6, L6].
 */
function shadowGate({ limits }: Plan, { shadow, shadowWrites: writes }: Shown): Gate {
  const { shadowReads, shadowWrites } = limits;
  const reads =
    shadow === null
      ? 'none: spine migrate shadow'
      : `${shadow.differing} of ${shadow.compared} reads were answered otherwise; ${shadowReads} are wanted`;
  const played =
    writes === null
      ? 'no messages were played: spine migrate shadow --writes'
      : `${writes.differing} of ${writes.compared} messages were; ${shadowWrites} are wanted`;
  return {
    name: 'shadow',
    isGreen: isEnough(shadow, shadowReads) && isEnough(writes, shadowWrites),
    evidence: `${reads}; ${played}`,
  };
}

function isEnough(shadow: Shadow | null, wanted: number): boolean {
  if (shadow === null) return wanted === 0;
  return shadow.compared >= wanted && shadow.differing === 0;
}

/** What only people can say, by a file that shows it. */
export const ATTESTED = [
  { gate: 'capacity', words: 'the new Spine bears twice the load on the migrated data' },
  { gate: 'backup', words: 'a backup was restored and checked' },
  { gate: 'notice', words: 'the text for the status page is ready' },
] as const;
