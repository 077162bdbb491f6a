import type { Viewer } from "../domain/audience/policy.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { viewerOf, type Member } from "./members.ts";

/** A member who does something, and as whom: themselves, or (editors) their organization. */
export interface Acting {
  readonly member: Member;
  readonly actor: ActorRecord;
  readonly viewer: Viewer;
}

/** The member acting as themselves. */
export function actingAs(member: Member): Acting {
  return { member, actor: member.actor, viewer: viewerOf(member) };
}
