/** A rectangle in pixels, y downwards. */
export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** A text that wants to stand beside its point. */
export interface LabelRequest {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Half the size of the point's mark. */
  readonly radius: number;
  /** Where there is likely to be room: above and left of a frontier, below and right of what is dominated. */
  readonly prefer?: "left-up" | "right-down";
}

/** Where a label stands; `leader` is a line from the mark to a label that had to move away. */
export interface PlacedLabel {
  readonly box: Box;
  readonly leader: readonly [x0: number, y0: number, x1: number, y1: number] | null;
}

/** What labels keep off: `hard` never overlap, `soft` (points along curves) only where nothing better is free. */
export interface Obstacles {
  readonly hard: readonly Box[];
  readonly soft: readonly (readonly [x: number, y: number])[];
}

/**
 * A place for every label, in order of importance: each takes the best free place around its point that earlier ones
 * left, nearer before farther. A label for which the whole frame has no place is null. No two boxes overlap, none
 * overlaps a hard obstacle, all stand in the frame.
 */
export function placeLabels(requests: readonly LabelRequest[], frame: Box, obstacles: Obstacles): (PlacedLabel | null)[] {
  const taken: Box[] = [...obstacles.hard];
  const leaders: [number, number][] = [];
  return requests.map((request) => {
    let best: { placed: PlacedLabel; cost: number } | null = null;
    for (const { box, cost } of candidates(request, frame)) {
      if (best && cost >= best.cost) break;
      if (!inside(box, frame) || taken.some((other) => overlap(box, other))) continue;
      const leader = leaderTo(box, request);
      const crossed = leader ? along(leader).filter(([x, y]) => taken.some((b) => contains(b, x, y, 0) && !own(b, request))).length : 0;
      const total =
        cost +
        obstacles.soft.filter(([x, y]) => contains(box, x, y, 1)).length * 3 +
        leaders.filter(([x, y]) => contains(box, x, y, 1)).length * 12 +
        crossed * 12;
      if (!best || total < best.cost) best = { placed: { box, leader }, cost: total };
    }
    if (!best) return null;
    taken.push(grow(best.placed.box, PADDING));
    if (best.placed.leader) leaders.push(...along(best.placed.leader));
    return best.placed;
  });
}

/** Whether two boxes share an area. */
export function overlap(a: Box, b: Box): boolean {
  return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}

const PADDING = 1;
const GAP = 4;
/** Beyond this a label's belonging is no longer seen without a line. */
const LEADER_FROM = 9;

/** Boxes to try, cheapest first: beside the mark, then on rings around it, then a grid over the whole frame. */
function candidates({ x, y, width, height, radius, prefer = "right-down" }: LabelRequest, frame: Box): { box: Box; cost: number }[] {
  const list: { box: Box; cost: number }[] = [];
  const side = prefer === "left-up" ? -1 : 1;
  const add = (left: number, top: number, dx: number, dy: number, cost: number): void => {
    const against = (1 - dx * side) * 1.5 + (prefer === "left-up" ? 1 + dy : 0) * 1.5;
    list.push({ box: { x0: left, y0: top, x1: left + width, y1: top + height }, cost: cost + against });
  };
  const d = radius + GAP;
  const middle = y - height / 2;
  const centre = x - width / 2;
  add(x + d, middle, 1, 0, 0);
  add(x - d - width, middle, -1, 0, 0);
  add(centre, y - d - height, 0, -1, 2);
  add(centre, y + d, 0, 1, 2);
  for (const [dx, dy] of [[1, -1], [1, 1], [-1, -1], [-1, 1]] as const) {
    add(dx > 0 ? x + d * 0.7 : x - d * 0.7 - width, dy > 0 ? y + d * 0.7 : y - d * 0.7 - height, dx, dy, 1);
  }
  for (let distance = d + 8; distance <= 150; distance += 8) {
    for (let step = 0; step < 16; step++) {
      const angle = (step * Math.PI) / 8;
      const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
      // The label's nearest edge, not its middle, stands on the ring.
      const left = x + dx * distance + (dx > 0.3 ? 0 : dx < -0.3 ? -width : -width / 2);
      const top = y + dy * distance + (dy > 0.3 ? 0 : dy < -0.3 ? -height : -height / 2);
      add(left, top, dx, dy, 4 + distance * 0.5);
    }
  }
  for (let top = frame.y0; top + height <= frame.y1; top += height + 2) {
    for (let left = frame.x0; left + width <= frame.x1; left += Math.max(20, width / 4)) {
      add(left, top, 0, 0, 90 + Math.hypot(left + width / 2 - x, top + height / 2 - y) * 0.5);
    }
  }
  return list.sort((a, b) => a.cost - b.cost);
}

function leaderTo(box: Box, { x, y, radius }: LabelRequest): PlacedLabel["leader"] {
  const toX = Math.min(Math.max(x, box.x0), box.x1);
  const toY = Math.min(Math.max(y, box.y0 + 2), box.y1 - 2);
  const distance = Math.hypot(toX - x, toY - y);
  if (distance <= radius + LEADER_FROM) return null;
  const from = (radius + 1) / distance;
  return [x + (toX - x) * from, y + (toY - y) * from, toX, toY];
}

/** Points every few pixels along a line, its label's end left out. */
function along([x0, y0, x1, y1]: readonly [number, number, number, number]): [number, number][] {
  const steps = Math.max(1, Math.floor(Math.hypot(x1 - x0, y1 - y0) / 5));
  return Array.from({ length: steps }, (_, i) => [x0 + ((x1 - x0) * i) / steps, y0 + ((y1 - y0) * i) / steps]);
}

function own(box: Box, { x, y }: LabelRequest): boolean {
  return contains(box, x, y, 0);
}

function contains(box: Box, x: number, y: number, margin: number): boolean {
  return x >= box.x0 - margin && x <= box.x1 + margin && y >= box.y0 - margin && y <= box.y1 + margin;
}

function inside(box: Box, frame: Box): boolean {
  return box.x0 >= frame.x0 && box.x1 <= frame.x1 && box.y0 >= frame.y0 && box.y1 <= frame.y1;
}

function grow(box: Box, by: number): Box {
  return { x0: box.x0 - by, y0: box.y0 - by, x1: box.x1 + by, y1: box.y1 + by };
}
