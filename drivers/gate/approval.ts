// Owns approvals: what exactly was offered, who approved it, and that each approval starts at most one block. Must never
// approve by itself: there is no timer in here, and nothing but a call of `approve` turns an offer into an approval.

import type { RobotIdentity } from '../robot.ts';
import type { Actor } from './actor.ts';
import { canonicalJson, frozenCopy } from './canonical-json.ts';
import type { ClosedLoopGrant } from './closed-loop.ts';
import type { Envelope, LimitName } from './envelope.ts';
import { GateRefusal, NOTHING_SENT, type RefusalCode } from './refusal.ts';

/** 'each-motion': before every motion and every grip the gate waits for the operator's step. */
export type StepMode = 'none' | 'each-motion';

/** Everything an approval covers, as plain data. A change of any of it makes another offer. */
export interface ApprovalClaims {
  /** The program as it will run, with the operator's edits and all generated functions. */
  readonly source: string;
  /** Hash of the session's values that the program can see. */
  readonly sessionSnapshotHash: string;
  readonly apiVersion: string;
  readonly tier: string;
  /** Version of every skill the program uses, by name. */
  readonly skillVersions: Readonly<Record<string, string>>;
  readonly robotId: string;
  readonly robotKind: RobotIdentity['kind'];
  readonly envelope: Envelope;
  /** Share of the published joint speeds that the block may use, in (0, 1]. */
  readonly speedScale: number;
  readonly stepMode: StepMode;
  /** Epoch of the gate when the offer was made. */
  readonly epoch: number;
  /** The preview whose facts were shown; null where none was made. */
  readonly previewId: string | null;
  /** Joints of each arm at the start of the preview, radians; null (simulated robots only) where none was made. */
  readonly startJointsRad: readonly (readonly number[])[] | null;
  /** Soft limits that this block may pass, by name. */
  readonly grants: readonly LimitName[];
  /** What closed-loop motion may do, for which there is no path to preview; null: there may be none. */
  readonly closedLoop: ClosedLoopGrant | null;
}

export interface Offer {
  readonly id: string;
  /** SHA-256 of the canonical text of the claims, in hexadecimal: what the approver confirms. */
  readonly digest: string;
  /** A frozen copy: what is approved is what was offered, whatever happened to the original. */
  readonly claims: ApprovalClaims;
}

type Standing = 'offered' | 'approved' | 'used' | 'rejected' | 'void';

export interface ApprovalBook {
  offer(claims: ApprovalClaims): Offer;
  /** @throws GateRefusal NO_APPROVAL, APPROVAL_REFUSED, APPROVAL_USED, APPROVAL_VOID or STALE_EPOCH */
  approve(offerId: string, digest: string, by: Actor): void;
  /** Closes an offer for good. @throws GateRefusal NO_APPROVAL, APPROVAL_USED or APPROVAL_VOID */
  reject(offerId: string): void;
  /**
   * Uses an approval up. Claims that differ from the approved ones in anything make it void.
   * @throws GateRefusal NO_APPROVAL, APPROVAL_USED, APPROVAL_VOID or STALE_EPOCH
   */
  take(offerId: string, claimsNow: ApprovalClaims): Offer;
}

export interface ApprovalBookOptions {
  readonly robotKind: RobotIdentity['kind'];
  readonly sha256Hex: (text: string) => string;
  /** Throws when the epoch is not the gate's. This is what voids every offer and approval after a stop. */
  readonly assertEpoch: (epoch: number) => void;
}

export function createApprovalBook({ robotKind, sha256Hex, assertEpoch }: ApprovalBookOptions): ApprovalBook {
  const entries = new Map<string, { readonly offer: Offer; standing: Standing }>();

  const find = (offerId: string) => {
    const entry = entries.get(offerId);
    if (entry === undefined) throw noApproval('NO_APPROVAL', `there is no offer "${offerId}"`);
    const { standing } = entry;
    if (standing === 'used')
      throw noApproval('APPROVAL_USED', `the approval of ${offerId} has started a block already`);
    if (standing === 'rejected') throw noApproval('NO_APPROVAL', `${offerId} was rejected`);
    if (standing === 'void') throw noApproval('APPROVAL_VOID', `${offerId} no longer matches what would run`);
    return entry;
  };
  const findCurrent = (offerId: string) => {
    const entry = find(offerId);
    assertEpoch(entry.offer.claims.epoch);
    return entry;
  };

  return {
    offer(claims) {
      const copy = frozenCopy(claims);
      const offer = { id: `offer-${entries.size + 1}`, digest: sha256Hex(canonicalJson(copy)), claims: copy };
      entries.set(offer.id, { offer, standing: 'offered' });
      return offer;
    },
    approve(offerId, digest, by) {
      const entry = findCurrent(offerId);
      if (by.kind === 'automatic' && robotKind !== 'simulated') {
        throw noApproval('APPROVAL_REFUSED', 'only a person may approve motion of a real arm');
      }
      if (digest !== entry.offer.digest) {
        throw noApproval('APPROVAL_REFUSED', `the digest that was approved is not the digest of ${offerId}`);
      }
      entry.standing = 'approved';
    },
    reject(offerId) {
      find(offerId).standing = 'rejected';
    },
    take(offerId, claimsNow) {
      const entry = findCurrent(offerId);
      if (entry.standing !== 'approved') throw noApproval('NO_APPROVAL', `nobody has approved ${offerId} yet`);
      if (sha256Hex(canonicalJson(claimsNow)) !== entry.offer.digest) {
        entry.standing = 'void';
        throw noApproval('APPROVAL_VOID', `what would run now differs from what was approved as ${offerId}`);
      }
      entry.standing = 'used';
      return entry.offer;
    },
  };
}

function noApproval(code: RefusalCode, what: string): GateRefusal {
  return new GateRefusal(
    code,
    `This may not run: ${what}. ${NOTHING_SENT}`,
    'Offer the block as it would run now, show it, and have it approved.',
  );
}
