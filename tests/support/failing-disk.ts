/** Disks that fail: one so small that it is soon full, and system calls of a running process that the kernel refuses. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { until } from "./wait.ts";

export interface SmallDisk {
  folder: string;
  /** Until nothing more goes onto it. */
  fill(): void;
  /** There is room again. */
  free(): void;
  /** Once nobody uses it any more. */
  remove(): Promise<void>;
}

const CHUNK = Buffer.alloc(64 * 1024);
/** The last bytes of a page are taken, too. */
const SMALLEST = 64;

/** A disk of its own in memory. @returns null where this user, or this container, may not mount one */
export async function smallDisk(megabytes: number): Promise<SmallDisk | null> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "roost-disk-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "roost-test", folder], { stdio: "ignore" });
  if (status !== 0) {
    await rm(folder, { recursive: true, force: true });
    return null;
  }
  const unmount = () => spawnSync("umount", ["--lazy", folder], { stdio: "ignore" });
  process.once("exit", unmount);
  const filler = path.join(folder, "filler");
  return {
    folder,
    fill() {
      const file = openSync(filler, "w");
      for (let size = CHUNK.length; size >= SMALLEST; size /= 2) writeUntilFull(file, CHUNK.subarray(0, size));
      closeSync(file);
    },
    free: () => rmSync(filler, { force: true }),
    async remove() {
      process.off("exit", unmount);
      unmount();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function writeUntilFull(file: number, bytes: Buffer): void {
  try {
    for (;;) writeSync(file, bytes);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}

export interface Injection {
  /** The system calls, as `strace -e inject` names them. */
  calls: "pwrite64" | "fdatasync,fsync" | "pwrite64,fdatasync,fsync";
  error: "EIO" | "ENOSPC";
  /** Which of them fail, as in `when=`: all, unless it says otherwise. */
  when?: string;
}

const STRACE = "strace";

/** Why system calls cannot be made to fail here; null where they can. */
export function whyNoInjection(): string | null {
  if (process.platform !== "linux") return "system calls are made to fail by strace, which is of Linux";
  if (spawnSync(STRACE, ["--version"], { stdio: "ignore" }).status !== 0) return "system calls are made to fail by strace, which is not installed";
  // A process that lives longer than it is looked at.
  const { status } = spawnSync(STRACE, ["-f", "-qq", "-o", "/dev/null", "-e", "trace=none", process.execPath, "-e", ""], { stdio: "ignore" });
  return status === 0 ? null : "strace is not allowed to look at processes here";
}

/** Makes calls of a running process fail from now on. @returns lets them succeed again */
export async function inject(pid: number, { calls, error, when }: Injection): Promise<() => Promise<void>> {
  const tracer = spawn(STRACE, ["-f", "-qq", "-o", "/dev/null", "-p", String(pid), "-e", `trace=${calls}`, "-e", `inject=${calls}:error=${error}${when === undefined ? "" : `:when=${when}`}`], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  tracer.stderr.on("data", (chunk) => (said += String(chunk)));
  await until(() => threadsOf(pid).every(isTraced), { what: `strace to hold process ${pid}: ${said}` });
  return async () => {
    const gone = tracer.exitCode === null ? once(tracer, "exit") : null;
    tracer.kill("SIGINT");
    await gone;
    await until(() => !threadsOf(pid).some(isTraced), { what: `strace to let process ${pid} go` });
  };
}

const threadsOf = (pid: number): string[] => (existsSync(`/proc/${pid}/task`) ? readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/status`) : []);

/** A thread that has just ended is traced by nobody. */
const isTraced = (status: string): boolean => existsSync(status) && !/^TracerPid:\s*0$/m.test(readFileSync(status, "utf8"));
