import type { Actor } from '../gateways/actor.ts';
import type { Result } from '../kernel/result.ts';
import type { Clock } from '../platform/clock.ts';
import type { Limits } from './gate/limits.ts';
import type { PdsAct } from './gate/rights.ts';
import type { ApplicationGrants } from './reader.ts';

/** What the gate of the service asks others. */
export type GateParts = {
  readonly clock: Clock;
  /** Who a token belongs to, in the role that is named; the fault is in the words of the API platform. */
  readonly verify: (request: {
    readonly authorization: string | undefined;
    readonly roleProfile: string | undefined;
    readonly at: Date;
  }) => TokenVerdict | Promise<TokenVerdict>;
  /** What an application was granted beside the usual; by its id. */
  readonly grantsOf: (applicationId: string | null) => Promise<ApplicationGrants>;
  /** Activities of which a user lacks all, and needs one; none: they may. */
  readonly missingRights: (actor: Actor, act: PdsAct) => readonly string[];
  readonly limits: Limits;
  /** Whether the system with this ASID may use this interaction. */
  readonly mayUse: (asid: string, interaction: string) => Promise<boolean>;
  /** ASID and organisation that are given the ethnic category, as `200000001215 A20047` [PDS 4.6]. */
  readonly ethnicityFor: readonly string[];
};

type TokenVerdict = Result<Actor, string>;
