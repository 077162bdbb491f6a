import { sql } from "drizzle-orm";
import type { Id } from "../../domain/ids.ts";
import type { Transaction } from "../database.ts";
import { EVENTS_CHANNEL } from "../events.ts";
import type { NotificationType } from "../schema/index.ts";
import { instant, rowsFrom } from "./set-parameters.ts";
import { MAX_THREAD_DEPTH } from "./threads.ts";

/** Something that one of our actors may want to hear of. */
export interface Occurrence {
  readonly recipientId: Id;
  readonly type: NotificationType;
  /** who did it */
  readonly fromId: Id;
  readonly postId?: Id | null;
  readonly reportId?: Id | null;
}

/** A notification that was not there before. */
export interface NewNotification {
  readonly id: bigint;
  readonly recipientId: Id;
  /** held back by the recipient's policy */
  readonly filtered: boolean;
  /** clients of the recipient's that want to be woken for it; none when it is held back */
  readonly subscriptionIds: readonly Id[];
}

/** Notifications that nobody holds back, as they concern the recipient's duties or own doings. */
const UNFILTERED = ["admin.sign_up", "admin.report", "poll", "update", "quoted_update"];
/** Those with one target are shown as one, as long as they come within so many hours. */
const GROUP_HOURS = 12;

/**
 * Stores what its recipient wants to hear of, once each: nothing for others' actors, for oneself, from
 * somebody who is blocked, muted or on a hidden host, about a muted thread, or what the recipient's
 * policy throws away. Whether the recipient may see the post is the caller's to know. One statement.
 */
export async function insertNotifications(
  tx: Transaction,
  occurrences: readonly Occurrence[],
  now: Date,
): Promise<NewNotification[]> {
  const at = instant(now);
  const rows = await tx.execute<NewRow>(sql`
    with happened as (
      select * from ${rowsFrom(occurrences.map(toRow))}
        as t (recipient bigint, type text, sender bigint, post bigint, report bigint)
    ), judged as (
      select h.*,
        case when h.type in ('favourite', 'reblog') then h.type || '-' || h.post
          when h.type in ('follow', 'admin.sign_up') then h.type end as subject,
        case when p.actor_id is null or h.type in (${sql.join(UNFILTERED, sql`, `)}) or exists (
            select from notification_requests q where q.actor_id = r.id and q.from_id = s.id
              and q.accepted_at is not null)
          then '{}' else array[
            case when not follows_sender then p.for_not_following end,
            case when not exists (select from follows f
                where f.follower_id = s.id and f.followee_id = r.id and f.state = 'accepted'
                  and coalesce(f.decided_at, f.created_at) < ${at} - interval '3 days')
              then p.for_not_followers end,
            case when coalesce(s.published_at, s.created_at) > ${at} - interval '30 days'
              then p.for_new_accounts end,
            case when s.type in ('Service', 'Application') then p.for_bots end,
            case when h.type = 'mention' and not follows_sender and exists (select from posts m
                left join posts parent on parent.id = m.in_reply_to_id
                where m.id = h.post and parent.author_id is distinct from r.id
                  and not exists (select from unnest(m.audience) as atom where atom not like 'person:%'))
              then p.for_private_mentions end]
          end as rules
      from happened h
      join actors r on r.id = h.recipient and r.kind in ('member', 'organization')
        and r.suspended_at is null
      join actors s on s.id = h.sender and s.suspended_at is null
      left join notification_policies p on p.actor_id = r.id
      cross join lateral (select p.actor_id is not null and exists (select from follows f
        where f.follower_id = r.id and f.followee_id = s.id and f.state = 'accepted'
      ) as follows_sender) as known
      where (h.sender <> h.recipient or h.type = 'poll') and (h.type like 'admin.%' or (
        not exists (select from blocks b where b.blocker_id = r.id and b.blocked_id = s.id)
        and not exists (select from blocks b where b.blocker_id = s.id and b.blocked_id = r.id)
        and not exists (select from mutes m where m.muter_id = r.id and m.muted_id = s.id
          and m.notifications and (m.expires_at is null or m.expires_at > ${at}))
        and not exists (select from hidden_hosts x where x.actor_id = r.id and x.host = s.host)
        and not exists (select from thread_mutes t where t.actor_id = r.id and t.root_id in (
          with recursive above as (
            select id, in_reply_to_id, 1 as depth from posts where id = h.post
            union all
            select u.id, u.in_reply_to_id, depth + 1 from above
            join posts u on u.id = above.in_reply_to_id where depth < ${MAX_THREAD_DEPTH}
          ) select id from above))))
    ), grouped as (
      select j.*, nextval('notifications_id_seq') as id,
        'filter' = any (j.rules) is true as filtered,
        coalesce((select max(n.group_key) from notifications n
          where n.recipient_id = j.recipient
            and n.group_key > j.subject || '-' || (hour - ${GROUP_HOURS})
            and n.group_key <= j.subject || '-' || hour), j.subject || '-' || hour) as group_key
      from judged j,
        (select floor(extract(epoch from ${at}) / 3600)::bigint as hour) as clock
      where ('drop' = any (j.rules)) is not true
    ), inserted as (
      insert into notifications
        (id, recipient_id, type, from_id, post_id, report_id, group_key, filtered, created_at)
      overriding system value
      select id, recipient, type, sender, post, report, coalesce(group_key, 'ungrouped-' || id),
        filtered, ${at}
      from grouped
      on conflict do nothing
      returning id, recipient_id, from_id, post_id, type, filtered
    ), requested as (
      insert into notification_requests (actor_id, from_id, last_post_id, created_at, updated_at)
      select recipient_id, from_id, max(post_id), ${at}, ${at} from inserted where filtered
      group by recipient_id, from_id
      on conflict (actor_id, from_id) do update set updated_at = excluded.updated_at,
        last_post_id = coalesce(excluded.last_post_id, notification_requests.last_post_id),
        dismissed_at = null
    )
    select id::text as id, recipient_id::text as recipient, filtered,
      (select string_agg(w.id::text, ',') from push_subscriptions w where w.actor_id = recipient_id
        and w.policy <> 'none' and (w.alerts ->> type)::boolean and not filtered) as subscriptions,
      case when not filtered then pg_notify(${EVENTS_CHANNEL}, concat_ws(':', 'notification', recipient_id, id)) end
    from inserted`);
  return rows.map((row) => ({
    id: BigInt(row.id),
    recipientId: BigInt(row.recipient),
    filtered: row.filtered,
    subscriptionIds: row.subscriptions?.split(",").map(BigInt) ?? [],
  }));
}

type NewRow = {
  readonly id: string;
  readonly recipient: string;
  readonly filtered: boolean;
  readonly subscriptions: string | null;
};

function toRow({ recipientId, type, fromId, postId, reportId }: Occurrence) {
  return {
    recipient: recipientId.toString(),
    type,
    sender: fromId.toString(),
    post: postId?.toString() ?? null,
    report: reportId?.toString() ?? null,
  };
}
