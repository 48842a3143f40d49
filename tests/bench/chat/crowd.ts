/** Many clients in a few processes, so that their work does not slow what is measured down. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { Delivered } from "#tests/bench/measure/deliveries.ts";
import type { Client, Way } from "./client.ts";

const CLIENTS_PER_PROCESS = 125;

export interface ToCrowd {
  way: Way;
  clients: Client[];
}
export type FromCrowd = { kind: "ready" } | { kind: "arrivals"; arrivals: [clientId: string, createdAt: number, arrivedAt: number][] };

export interface Crowd {
  pids(): Record<string, number>;
  leave(): Promise<void>;
}

/** Resolves once all are connected. @throws Error when one of them cannot */
export async function gather(way: Way, clients: readonly Client[], delivered: Delivered): Promise<Crowd> {
  const processes = Array.from({ length: Math.ceil(clients.length / CLIENTS_PER_PROCESS) }, () =>
    fork(path.join(import.meta.dirname, "crowd-process.ts"), { execArgv: ["--import", "tsx"], stdio: ["ignore", "inherit", "inherit", "ipc"] }),
  );
  const endAll = () => processes.forEach((child) => child.kill("SIGKILL"));
  process.once("exit", endAll);
  try {
    await Promise.all(processes.map((child, n) => connected(child, { way, clients: clients.filter((_client, index) => index % processes.length === n) }, delivered)));
  } catch (error) {
    endAll();
    throw error;
  }
  let leaving = false;
  for (const child of processes)
    child.once("close", () => {
      if (!leaving) throw new Error("clients were lost in the middle of the measurement");
    });
  return {
    pids: () => Object.fromEntries(processes.map((child, n) => [`clients ${n + 1}`, child.pid!])),
    async leave() {
      leaving = true;
      const gone = processes.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null).map((child) => once(child, "close"));
      endAll();
      await Promise.all(gone);
      process.off("exit", endAll);
    },
  };
}

function connected(child: ChildProcess, message: ToCrowd, delivered: Delivered): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on("message", (told: FromCrowd) => {
      if (told.kind === "ready") resolve();
      else for (const arrival of told.arrivals) delivered(...arrival);
    });
    child.once("close", () => reject(new Error("a process of clients has ended")));
    child.send(message);
  });
}
