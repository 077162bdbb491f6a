/** What an administrator's decision would cut off. */
interface CutOff {
  readonly followers: number;
  readonly followed: number;
  readonly partnerships: number;
  readonly offers: number;
}

const list = new Intl.ListFormat("en", { type: "conjunction" });

/** "3 followers and 1 partnership are", "1 follower is", "Nothing is". */
function subject({ followers, followed, partnerships, offers }: CutOff): string {
  const parts = [
    counted(followers, "follower", "followers"),
    counted(followed, "account that you follow", "accounts that you follow"),
    counted(partnerships, "partnership", "partnerships"),
    counted(offers, "offer of a partnership", "offers of a partnership"),
  ].filter((part) => part !== null);
  const total = followers + followed + partnerships + offers;
  if (total === 0) return "Nobody is";
  return `${list.format(parts)} ${total === 1 ? "is" : "are"}`;
}

function counted(count: number, one: string, many: string): string | null {
  if (count === 0) return null;
  return count === 1 ? `1 ${one}` : `${count} ${many}`;
}

/** What the page about rules for whole hosts says. */
export const originsText = {
  title: "Hosts",
  lead: (name: string) =>
    `Which other servers may have anything to do with ${name}. For administrators.`,

  mode: "Who may federate",
  all: "All hosts that are not blocked may follow you, write to you and read what you share with them.",
  listed:
    "Only the hosts on the list may federate, and those of your partners. All others are treated as if they were blocked.",
  turnOn: "Allow listed hosts only",
  turnOff: "Allow all hosts again",

  rules: "Rules",
  none: "No host is blocked or listed.",
  columns: { host: "Host", rule: "Rule", reason: "Reason", since: "Since", change: "Change" },
  rule: { blocked: "Blocked, with its subdomains", allowed: "On the list" },
  unblock: "End the block",
  disallow: "Take off the list",

  add: "Add a host",
  host: "Host",
  hostHint: "For example evil.example. The address of a page there works as well.",
  what: "What to do",
  block: "Block it",
  blockHint:
    "Nothing is taken from it, shown of it or sent to it any more, and the same for its subdomains.",
  allow: "Put it on the list",
  allowHint: "Counts while only listed hosts may federate. Without its subdomains.",
  reason: "Reason",
  reasonHint: "For you and the other administrators. May stay empty.",
  submit: "Add",
  problems: { what: "Choose one of the two." },

  confirm: {
    block: {
      title: (host: string) => `Block ${host}?`,
      cutOff: (cutOff: CutOff, host: string) => `${subject(cutOff)} on ${host} or its subdomains.`,
      button: "Block",
    },
    disallow: {
      title: (host: string) => `Take ${host} off the list?`,
      cutOff: (cutOff: CutOff, host: string) => `${subject(cutOff)} on ${host}.`,
      button: "Take off the list",
    },
    "allow-list": {
      title: () => "Allow listed hosts only?",
      cutOff: (cutOff: CutOff) => `${subject(cutOff)} on hosts that are not listed.`,
      button: "Allow listed hosts only",
    },
    effects: [
      "Following ends in both directions. The other side is not told, and it does not begin again by itself.",
      "Partnerships are suspended until you resume them. The partner is told, so that its members stop reading.",
      "What they have written is not shown here any more. It is kept, and comes back with the host.",
      "What they hold of yours stays there; only what you delete is still deleted there.",
      "What is public on your pages can still be read by everybody, also by them.",
    ],
    cancel: "Cancel",
  },
} as const;
