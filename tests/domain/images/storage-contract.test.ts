/** What every storage of uploads does: a local folder, and a store that speaks S3 (F2). */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { fileStorage } from "#app/domain/images/file-storage.server.ts";
import { s3Storage } from "#app/domain/images/s3-storage.server.ts";
import { arrivalFolder, folderOf, StorageError, type Storage } from "#app/domain/images/storage.server.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { signatureOf, startS3, type S3Server } from "#tests/support/s3-server.ts";

let folder: string;
let s3: S3Server;
let tokened: S3Server;
beforeAll(async () => {
  folder = await mkdtemp(path.join(dataFolder(), "roost-test-storage-"));
  // Two keys a page: everything longer is listed in pages.
  [s3, tokened] = [await startS3({ pageSize: 2 }), await startS3({ sessionToken: "a/session+token==" })];
});
afterAll(async () => {
  await Promise.all([s3.stop(), tokened.stop()]);
  await rm(folder, { recursive: true, force: true });
});

const STORAGES: readonly [string, () => Storage][] = [
  ["a local folder", () => fileStorage(path.join(folder, "store"))],
  ["a store that speaks S3", () => s3Storage(s3.access)],
  ["one with keys for a session", () => s3Storage(tokened.access)],
];

async function read(storage: Storage, key: string): Promise<Buffer | null> {
  const file = await storage.open(key);
  if (!file) return null;
  const bytes = Buffer.from(await new Response(file.stream).arrayBuffer());
  expect(file.bytes).toBe(bytes.byteLength);
  return bytes;
}

async function arrived(bytes: Buffer): Promise<{ path: string; bytes: number }> {
  const file = path.join(folder, `arrived-${newId()}`);
  await writeFile(file, bytes);
  return { path: file, bytes: bytes.byteLength };
}

async function foldersOf(storage: Storage): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for await (const { folder: name, changedAt } of storage.folders()) {
    // Each is named once.
    expect(found.has(name)).toBe(false);
    found.set(name, changedAt);
  }
  return found;
}

describe.each(STORAGES)("%s", (_name, make) => {
  const storage = () => make();

  test("gives back what was put, bytes or a file, whole; the newer takes the place of the older", async () => {
    const home = folderOf("public", newId());
    const large = randomBytes(1_500_000);
    expect(await read(storage(), `${home}/a.webp`)).toBeNull();
    await storage().put(`${home}/a.webp`, Buffer.from("first, and longer"));
    await storage().put(`${home}/a.webp`, Buffer.from("second"));
    await storage().put(`${home}/empty`, new Uint8Array());
    await storage().put(`${home}/file`, await arrived(large));
    expect(await read(storage(), `${home}/a.webp`)).toEqual(Buffer.from("second"));
    expect(await read(storage(), `${home}/empty`)).toEqual(Buffer.alloc(0));
    expect((await read(storage(), `${home}/file`))?.equals(large)).toBe(true);
  });

  test("a reader sees the old or the new, never a part of either", async () => {
    const key = `${folderOf("private", newId())}/file`;
    const [old, fresh] = [Buffer.alloc(400_000, 1), Buffer.alloc(300_000, 2)];
    await storage().put(key, old);
    const [, ...seen] = await Promise.all([storage().put(key, fresh), ...Array.from({ length: 5 }, () => read(storage(), key))]);
    for (const one of seen) expect(one?.equals(old) || one?.equals(fresh)).toBe(true);
    expect((await read(storage(), key))?.equals(fresh)).toBe(true);
  });

  test("what cannot be put leaves nothing", async () => {
    const key = `${folderOf("private", newId())}/file`;
    await expect(storage().put(key, { path: path.join(folder, "was-never-there"), bytes: 5 })).rejects.toThrow();
    expect(await read(storage(), key)).toBeNull();
  });

  test("a stream that nobody reads on is let go of", async () => {
    const key = `${folderOf("private", newId())}/file`;
    await storage().put(key, randomBytes(800_000));
    const { stream } = (await storage().open(key))!;
    const reader = stream.getReader();
    await reader.read();
    await reader.cancel();
    expect((await read(storage(), key))?.byteLength).toBe(800_000);
  });

  test("removes a folder with all its files, and no other; one that is not there is no error", async () => {
    const [gone, kept] = [folderOf("public", newId()), folderOf("public", newId())];
    for (const name of ["a.webp", "b-160.webp", "c-480.webp", "d-1280.webp", "e"]) for (const home of [gone, kept]) await storage().put(`${home}/${name}`, Buffer.from(name));
    await storage().removeFolder(gone);
    await storage().removeFolder(gone);
    for (const name of ["a.webp", "e"]) expect([await read(storage(), `${gone}/${name}`), (await read(storage(), `${kept}/${name}`))?.toString()]).toEqual([null, name]);
    expect((await foldersOf(storage())).has(gone)).toBe(false);
  });

  test("names every folder once, with the time of its newest file", async () => {
    const from = Date.now();
    const homes = [folderOf("public", newId()), folderOf("private", newId()), folderOf("private", newId())];
    for (const home of homes) for (const name of ["one", "two", "three"]) await storage().put(`${home}/${name}`, Buffer.from(name));
    const found = await foldersOf(storage());
    // A file system's clock may be coarser than ours.
    for (const home of homes) expect(found.get(home)).toBeGreaterThanOrEqual(from - 2_000);
  });

  test.each(["x", "../../etc/passwd", `public/aa/${"a".repeat(32)}/../../b`, `public/aa/${"a".repeat(32)}/..`, `public/AA/${"a".repeat(32)}/file`, `shared/aa/${"a".repeat(32)}/file`, `/public/aa/${"a".repeat(32)}/file`, `public/aa/${"a".repeat(32)}/ملف`])(
    "never touches %s",
    async (key) => {
      await expect(storage().put(key, Buffer.from("x"))).rejects.toThrow(TypeError);
      await expect(storage().open(key)).rejects.toThrow(TypeError);
      await expect(storage().removeFolder(key)).rejects.toThrow(TypeError);
    },
  );
});

describe("S3", () => {
  afterEach(() => void (s3.fault = null));
  const key = `${folderOf("public", newId())}/a.webp`;

  test.each<[string, Partial<S3Server["access"]>]>([
    ["another secret", { secretAccessKey: "another" }],
    ["another key", { accessKeyId: "AKIDANOTHER" }],
    ["another region", { region: "us-east-1" }],
    ["another bucket", { bucket: "another" }],
    ["a session token that nobody gave", { sessionToken: "x" }],
  ])("%s: refused, and said without a key or an address", async (_what, change) => {
    const storage = s3Storage({ ...s3.access, ...change });
    const error: unknown = await storage.put(key, Buffer.from("x")).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(StorageError);
    expect(String(error)).toMatch(/refused to put: 40[34]$/);
    if (!("bucket" in change)) await expect(storage.open(key)).rejects.toThrow(StorageError);
    await expect(storage.removeFolder(key.slice(0, key.lastIndexOf("/")))).rejects.toThrow(StorageError);
    expect(s3.objects.has(`roost/${key}`)).toBe(false);
  });

  test.each<[S3Server["fault"]]>([[500], [503], ["silence"], ["elsewhere"]])("%s: said, and nobody follows or waits for ever", async (fault) => {
    s3.fault = fault;
    const storage = s3Storage(s3.access, { answerWithinMs: 300 });
    const before = s3.asked.length;
    await expect(storage.put(key, await arrived(Buffer.from("x")))).rejects.toThrow(StorageError);
    await expect(storage.open(key)).rejects.toThrow(StorageError);
    await expect(foldersOf(storage)).rejects.toThrow(StorageError);
    expect(s3.asked.length - before).toBe(3);
  });

  test("what others keep in the bucket is neither listed nor touched", async () => {
    for (const name of ["backups/1.tar", "roost.txt", "roostery/public/x", "roost/note & <plan>.txt"]) s3.objects.set(name, { bytes: Buffer.from("theirs"), changedAt: 1 });
    const storage = s3Storage(s3.access);
    await storage.put(key, Buffer.from("ours"));
    const found = await foldersOf(storage);
    expect([...found.keys()].filter((name) => !/^(?:public|private)\/[0-9a-f]{2}\/[0-9a-f]{32}$/.test(name))).toEqual([]);
    await storage.removeFolder(key.slice(0, key.lastIndexOf("/")));
    expect([...s3.objects.values()].filter(({ changedAt }) => changedAt === 1)).toHaveLength(4);
  });

  test("the stand-in's signatures are those of Amazon's own examples", () => {
    const access = { region: "us-east-1", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
    const headers = { host: "examplebucket.s3.amazonaws.com", "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "x-amz-date": "20130524T000000Z" };
    expect(signatureOf({ method: "GET", target: "/?max-keys=2&prefix=J", headers }, ["host", "x-amz-content-sha256", "x-amz-date"], access)).toBe("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    const ranged = { ...headers, range: "bytes=0-9" };
    expect(signatureOf({ method: "GET", target: "/test.txt", headers: ranged }, ["host", "range", "x-amz-content-sha256", "x-amz-date"], access)).toBe("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  });
});

describe("a local folder", () => {
  test("shows nobody else what it holds, and keeps no part of what could not be put", async () => {
    const root = path.join(folder, "held");
    const storage = fileStorage(root);
    const home = folderOf("private", newId());
    await storage.put(`${home}/file`, Buffer.from("x"));
    await expect(storage.put(`${home}/file`, { path: path.join(folder, "nowhere"), bytes: 1 })).rejects.toThrow();
    expect(await readdir(path.join(root, home))).toEqual(["file"]);
    expect([(await stat(path.join(root, home))).mode & 0o777, (await stat(path.join(root, home, "file"))).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  test("what a process that was killed left of an upload goes with the next start; what arrives now stays", async () => {
    const uploads = { kind: "file" as const, folder: path.join(folder, "arrivals") };
    const arriving = await arrivalFolder(uploads);
    const [left, fresh] = [path.join(arriving, newId()), path.join(arriving, newId())];
    for (const file of [left, fresh]) await writeFile(file, "half of it");
    const twoHoursAgo = new Date(Date.now() - 2 * 60 * 60_000);
    await utimes(left, twoHoursAgo, twoHoursAgo);
    await arrivalFolder(uploads);
    expect([existsSync(left), existsSync(fresh)]).toEqual([false, true]);
  });
});
