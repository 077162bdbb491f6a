/** A circle at one epoch, as the atom `circle` names it. */
export interface CircleEpoch {
  readonly circle: string;
  readonly epoch: number;
}

/**
 * The name of a circle at an epoch, `7@3`. The atom `circle:7@3` covers the organizations that see
 * what was published to circle 7 at epoch 3 *and are in it now*: whoever leaves loses it, and who
 * comes later has no part in it, unless it was shared with them on purpose.
 */
export function circleAt(circle: string, epoch: number): string {
  return `${circle}@${epoch}`;
}

/** Reads the name of a circle at an epoch; null when it is none. */
export function parseCircleAt(name: string): CircleEpoch | null {
  const match = /^(\d{1,19})@(\d{1,9})$/.exec(name);
  const [, circle, epoch] = match ?? [];
  return circle === undefined || epoch === undefined ? null : { circle, epoch: Number(epoch) };
}

/** A circle with the organizations that are in it now. */
export interface CircleRoster {
  readonly circle: string;
  /** the present one; epochs count from 1 */
  readonly epoch: number;
  readonly members: readonly { readonly organization: string; readonly seesFrom: number }[];
}

/** Name of a circle at each of its epochs → the organizations that it covers now. */
export function circlesByEpoch(rosters: readonly CircleRoster[]): Map<string, ReadonlySet<string>> {
  const circles = new Map<string, ReadonlySet<string>>();
  for (const { circle, epoch, members } of rosters) {
    const joined = Map.groupBy(members, (member) => member.seesFrom);
    let covered: ReadonlySet<string> = new Set();
    for (let at = 1; at <= epoch; at += 1) {
      const more = joined.get(at)?.map((member) => member.organization) ?? [];
      // Epochs without a newcomer share one set.
      if (more.length > 0) covered = new Set([...covered, ...more]);
      if (covered.size > 0) circles.set(circleAt(circle, at), covered);
    }
  }
  return circles;
}
