import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";

/** A process of a group, or of the session that its leader opened: one that made itself a group of its own is still found. */
export interface Member {
  readonly pid: number;
  /** Kilobytes of memory that are resident, shared ones too. */
  readonly residentKb: number;
}

/** What the system has of a group. */
export interface Group {
  readonly members: readonly Member[];
  /** Processes that had to be looked at. */
  readonly looked: number;
}

/** The living processes of a group (zombies hold nothing). Null where the system does not tell. */
export async function groupOf(leader: number): Promise<Group | null> {
  try {
    return fromProc(leader);
  } catch {
    return fromPs(leader);
  }
}

/** Linux. */
function fromProc(leader: number): Group {
  readFileSync("/proc/self/stat");
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const members = pids.flatMap((pid) => {
    try {
      // pid (name) state parent group session …; the name may hold blanks and brackets.
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      const [state, , group, session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z" || (Number(group) !== leader && Number(session) !== leader)) return [];
      const resident = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
      return [{ pid: Number(pid), residentKb: Number(resident?.[1] ?? 0) }];
    } catch {
      return []; // it has ended meanwhile
    }
  });
  return { members, looked: pids.length };
}

/** Other Unixes. */
async function fromPs(leader: number): Promise<Group | null> {
  try {
    const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,pgid=,stat=,rss="]);
    const lines = stdout.trim().split("\n");
    const members = lines.flatMap((line) => {
      const [pid, group, state, resident] = line.trim().split(/\s+/);
      return Number(group) === leader && !state?.startsWith("Z") ? [{ pid: Number(pid), residentKb: Number(resident) }] : [];
    });
    return { members, looked: lines.length };
  } catch {
    return null;
  }
}
