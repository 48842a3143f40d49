/** Pictures that people at random set as their faces. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as images from "#app/domain/images/commands.server.ts";
import { fileStorage } from "#app/domain/images/file-storage.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { photo } from "#tests/support/uploads.ts";
import type { House } from "./house.ts";

let made: Promise<{ file: images.ArrivedFile; folder: string }> | undefined;

/** A picture as it arrived, and a folder for a store; both are gone with the process. */
export const aFace = () => (made ??= makeFace());

async function makeFace() {
  const folder = mkdtempSync(path.join(os.tmpdir(), "roost-faces-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const bytes = await photo(8, 8);
  const file = { path: path.join(folder, "face.jpg"), bytes: bytes.length, sha256: "", name: "face.jpg" };
  writeFileSync(file.path, bytes);
  return { file, folder };
}

export async function setFace(house: House, { userId }: Viewer, by: Viewer): Promise<unknown> {
  const { file, folder } = await aFace();
  return images.addImage(house.ctx, by, { table: "avatars", id: userId, uploadId: house.newId() }, { file, storage: fileStorage(folder) });
}

export const dropFace = (house: House, { userId }: Viewer, by: Viewer) => images.removeImage(house.ctx, by, { table: "avatars", id: userId });
