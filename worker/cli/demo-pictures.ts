/**
 * Pictures of the demo household's rewards, painted here: flat shapes on a soft ground, in the colours of the house.
 * They go through the same door as everybody's pictures.
 */
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import type { Settings } from "#app/config/settings.ts";
import type { Context } from "#app/domain/context.ts";
import { importImage } from "#app/domain/images/commands.server.ts";
import { arrivalFolder, openStorage } from "#app/domain/images/storage.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";

const WIDTH = 320;
const HEIGHT = 240;

type Colour = readonly [red: number, green: number, blue: number];
/** Whether a point belongs to a shape. */
type Shape = (x: number, y: number) => boolean;
interface Scene {
  /** The ground, from top to bottom. */
  ground: readonly [Colour, Colour];
  /** The later ones lie above. */
  shapes: readonly (readonly [Shape, Colour])[];
}

const disc = (cx: number, cy: number, r: number): Shape => (x, y) => (x - cx) ** 2 + (y - cy) ** 2 <= r * r;
const box = (x0: number, y0: number, x1: number, y1: number): Shape => (x, y) => x >= x0 && x <= x1 && y >= y0 && y <= y1;
/** A triangle that stands on its tip. */
const cone = (cx: number, top: number, half: number, height: number): Shape => (x, y) => y >= top && y <= top + height && Math.abs(x - cx) <= half * (1 - (y - top) / height);
/** All below a wave. */
const hill = (level: number, swing: number, length: number, shift: number): Shape => (x, y) => y >= level + swing * Math.sin((x + shift) / length);

const CREAM: Colour = [252, 244, 230];
const CLAY: Colour = [178, 84, 52];
const HONEY: Colour = [240, 190, 98];
const ROSE: Colour = [236, 150, 150];
const SAGE: Colour = [140, 176, 132];
const LEAF: Colour = [96, 140, 100];
const WATER: Colour = [120, 180, 204];
const DEEP: Colour = [74, 138, 170];
const NIGHT: Colour = [64, 60, 104];
const DUSK: Colour = [128, 112, 168];

/** By the English part of a reward's name. */
const SCENES: Record<string, Scene> = {
  "Ice cream": { ground: [[255, 226, 222], [252, 240, 226]], shapes: [[cone(160, 118, 44, 96), [214, 158, 96]], [disc(160, 96, 46), ROSE], [disc(128, 104, 34), CREAM], [disc(176, 62, 30), [150, 96, 72]], [disc(182, 34, 9), CLAY]] },
  "Baking together": { ground: [[255, 236, 206], [250, 224, 190]], shapes: [[box(0, 188, WIDTH, HEIGHT), [206, 150, 104]], [disc(160, 150, 62), [196, 124, 66]], [box(90, 150, 230, 192), [222, 170, 112]], [disc(136, 128, 8), CREAM], [disc(172, 116, 8), CREAM], [disc(188, 144, 8), CREAM]] },
  "Swimming pool": { ground: [[206, 234, 244], [232, 246, 248]], shapes: [[disc(254, 54, 30), HONEY], [hill(124, 8, 20, 0), WATER], [hill(160, 8, 24, 30), DEEP], [disc(130, 138, 32), CLAY], [disc(130, 138, 16), CREAM], [hill(196, 6, 22, 70), [58, 116, 150]]] },
  "Picnic by the river": { ground: [[222, 238, 246], [246, 244, 226]], shapes: [[disc(70, 56, 28), HONEY], [hill(128, 18, 52, 0), SAGE], [hill(158, 14, 60, 90), LEAF], [hill(204, 5, 26, 10), WATER], [box(176, 118, 246, 160), CLAY], [box(172, 110, 250, 122), [206, 110, 74]], [disc(211, 110, 20), [206, 110, 74]]] },
  "Half an hour of games": { ground: [[232, 228, 250], [246, 240, 252]], shapes: [[disc(104, 128, 52), NIGHT], [disc(216, 128, 52), NIGHT], [box(104, 84, 216, 160), NIGHT], [box(84, 120, 124, 132), CREAM], [box(98, 106, 110, 146), CREAM], [disc(204, 134, 10), HONEY], [disc(228, 112, 10), ROSE]] },
  "Choosing the film": { ground: [[66, 58, 104], [112, 92, 146]], shapes: [[box(60, 44, 260, 156), CREAM], [box(70, 54, 250, 146), DUSK], [disc(160, 100, 26), HONEY], [hill(182, 10, 18, 0), [44, 40, 76]], [disc(90, 190, 20), [44, 40, 76]], [disc(160, 194, 20), [44, 40, 76]], [disc(230, 190, 20), [44, 40, 76]]] },
};

/** Points looked at in each direction of a pixel: edges are smooth. */
const FINE = 2;

function painted({ ground: [top, bottom], shapes }: Scene): Uint8Array {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) {
      const sum = [0, 0, 0];
      for (let part = 0; part < FINE * FINE; part++) {
        const [px, py] = [x + (part % FINE) / FINE, y + Math.floor(part / FINE) / FINE];
        const colour = shapes.findLast(([shape]) => shape(px, py))?.[1] ?? top.map((value, index) => value + ((bottom[index]! - value) * py) / HEIGHT);
        for (let index = 0; index < 3; index++) sum[index]! += colour[index]!;
      }
      for (let index = 0; index < 3; index++) pixels[(y * WIDTH + x) * 3 + index] = Math.round(sum[index]! / (FINE * FINE));
    }
  return pixels;
}

/**
 * Puts pictures to rewards of the demo household that have none, where a scene is painted for them. Again it adds what is
 * missing. @returns how many
 */
export async function seedPictures(ctx: Context, uploads: Settings["uploads"], parent: Viewer): Promise<number> {
  const bare = await ctx.db.all<{ id: string; name: string }>("SELECT p.id AS id, p.name AS name FROM products p JOIN family_members m ON m.family_id = p.family_id AND m.revoked_at IS NULL WHERE m.user_id = ? AND p.image_id IS NULL ORDER BY p.id", [parent.userId]);
  const painting = bare.flatMap(({ id, name }) => {
    const scene = SCENES[name.split(" · ")[0]!];
    return scene ? [{ id, scene }] : [];
  });
  if (painting.length === 0) return 0;
  const storage = openStorage(uploads);
  const folder = await mkdtemp(path.join(await arrivalFolder(uploads), "demo-"));
  try {
    for (const { id, scene } of painting) {
      const file = path.join(folder, `${id}.png`);
      await sharp(painted(scene), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } }).png({ compressionLevel: 1 }).toFile(file);
      await importImage(ctx, { table: "products", id, uploadId: `demo-picture-${id}`, uploadedBy: parent.userId }, { path: file, storage });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return painting.length;
}
