// How often Homes are published, so that Slack never has to refuse one.

/** Slack takes "100+" in a minute and workspace (docs.slack.dev, Tier 4). */
const PER_MINUTE = 95;
/** Of these, only for Homes that somebody looks at this moment: one in six. */
const reservedOf = (perMinute: number): number => Math.floor(perMinute / 6);
/** A minute, and the ten seconds that a call may be on its way before it counts at Slack. */
const WINDOW_MS = 70_000;

/** How many Homes of a workspace may be published, by when each was begun. */
export const createHomePace = (perMinute = PER_MINUTE) => {
  const lanes = new Map<string, { begun: number[]; restUntil: number }>();
  const laneOf = (teamId: string) => {
    const lane = lanes.get(teamId) ?? { begun: [], restUntil: 0 };
    lanes.set(teamId, lane);
    return lane;
  };
  return {
    /** Takes a place at `atMs`, or answers after how many milliseconds there is one; 0 where it was taken. */
    take(teamId: string, isOpened: boolean, atMs: number): number {
      const lane = laneOf(teamId);
      if (lane.restUntil > atMs) return lane.restUntil - atMs;
      lane.begun = lane.begun.filter(begunAt => begunAt + WINDOW_MS > atMs);
      const most = isOpened ? perMinute : perMinute - reservedOf(perMinute);
      const inTheWay = lane.begun[lane.begun.length - most];
      if (inTheWay !== undefined) return inTheWay + WINDOW_MS - atMs;
      lane.begun.push(atMs);
      return 0;
    },
    /** The place that was taken at `atMs` was not needed. */
    giveBack(teamId: string, atMs: number): void {
      const { begun } = laneOf(teamId);
      const place = begun.lastIndexOf(atMs);
      if (place >= 0) begun.splice(place, 1);
    },
    /** Slack asked to leave the workspace alone until then. */
    rest(teamId: string, untilMs: number): void {
      const lane = laneOf(teamId);
      lane.restUntil = Math.max(lane.restUntil, untilMs);
    },
  };
};
