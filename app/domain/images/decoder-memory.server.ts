/** How much memory decoding takes: what a picture's bytes and pixels alone do not tell. */
import type { Metadata } from "sharp";

const MIB = 1024 * 1024;

/** What a decoder may hold of one picture. The largest that phones and cameras make in the usual formats fit: 60 million pixels of a progressive JPEG are 344 MiB. */
const MAX_HELD_BYTES = 400 * MIB;
/**
 * By so much decoding raises a process's memory at the most, however many pictures arrive at once or one after the other:
 * one picture's share, and what the allocator keeps of those before. With one arena for all threads (MALLOC_ARENA_MAX=1,
 * as `npm start`, the container and the systemd units have it); with glibc's own choice six of the heaviest in a row took
 * 692 MiB, with one arena 444.
 */
export const DECODING_RISE_BYTES = 512 * MIB;

type Decoded = Pick<Metadata, "format" | "depth" | "channels"> & Partial<Pick<Metadata, "isProgressive">>;

/**
 * Bytes of memory for each pixel while a picture is decoded; 0 where it goes line by line. Measured at the process, at 20
 * and 60 million pixels: AVIF 18.6, with more than 8 bits 25; GIF 5.3. What comes in several passes is held whole.
 */
function heldPerPixel({ format, depth, channels, isProgressive = false }: Decoded): number {
  const isDeep = depth !== "uchar";
  if (format === "heif") return isDeep ? 26 : 19;
  if (format === "gif") return 5.5;
  if (!isProgressive) return 0;
  // A JPEG's coefficients are numbers of 16 bits.
  return channels * (format === "jpeg" || isDeep ? 2 : 1);
}

/** Whether decoding stays within what one picture may take. */
export const fitsMemory = (metadata: Decoded, pixels: number): boolean => pixels * heldPerPixel(metadata) <= MAX_HELD_BYTES;
