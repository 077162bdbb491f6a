import { z } from "zod";
import { GROUPABLE } from "../../services/notification-groups.ts";
import {
  NOTIFICATION_TYPES,
  type NotificationFilter,
  type NotificationType,
} from "../../services/notification-list.ts";
import { flag, id, list, optional, text } from "./fields.ts";

const kinds = optional(list(text(50), 50));

/** Which notifications a request is about. Kinds that we do not have are never there. */
export const NOTIFICATION_FILTER = z.object({
  types: kinds,
  exclude_types: kinds,
  account_id: optional(id),
  include_filtered: optional(flag),
});

export function filterOf(asked: z.output<typeof NOTIFICATION_FILTER>): NotificationFilter {
  const { types, exclude_types, account_id, include_filtered } = asked;
  return {
    types: types === undefined ? null : knownOf(types),
    except: knownOf(exclude_types ?? []),
    fromId: account_id ?? null,
    withFiltered: include_filtered ?? false,
  };
}

/** Which kinds are shown together. */
export const GROUPED = z.object({ grouped_types: kinds });

export function groupedOf({ grouped_types }: z.output<typeof GROUPED>) {
  return GROUPABLE.filter((kind) => grouped_types?.includes(kind) ?? true);
}

function knownOf(names: readonly string[]): NotificationType[] {
  return NOTIFICATION_TYPES.filter((type) => names.includes(type));
}
