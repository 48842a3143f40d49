import type { ReactNode } from "react";

/*
 * Small line drawings for empty states: 1.5 px lines in ink, one area of the accent's tint behind. Drawn for
 * 160 × 120; they show nothing that has a direction of reading.
 */
const DRAWINGS = {
  chats: (
    <>
      <path className="tint" d="M28 62c0-24 20-42 52-42s54 16 54 42-22 42-54 42c-10 0-16-1-24-5-9 5-15 6-24 6 5-5 7-9 7-15-7-7-11-16-11-28z" />
      <path d="M44 50a10 10 0 0 1 10-10h40a10 10 0 0 1 10 10v14a10 10 0 0 1-10 10H66L54 84V74a10 10 0 0 1-10-10z" className="paper" />
      <path d="M104 58h6a9 9 0 0 1 9 9v12a9 9 0 0 1-9 9v9l-11-9H86a9 9 0 0 1-9-9v-5" />
      <path d="M58 53h26M58 62h16" />
    </>
  ),
  people: (
    <>
      <path className="tint" d="M24 96c0-40 26-72 56-72s56 32 56 72z" />
      <path d="M38 96V58l42-32 42 32v38" className="paper" />
      <path d="M30 64 80 26l50 38" />
      <circle cx="66" cy="68" r="8" />
      <path d="M51 96c0-10 6-16 15-16s15 6 15 16" />
      <circle cx="96" cy="74" r="6" />
      <path d="M85 96c0-8 4-12 11-12s11 4 11 12M24 96h112" />
    </>
  ),
  door: (
    <>
      <path className="tint" d="M32 100V54c0-22 20-38 48-38s48 16 48 38v46z" />
      <path d="M58 100V46a22 22 0 0 1 44 0v54" className="paper" />
      <path d="M66 100V48a14 14 0 0 1 28 0v52M24 100h112" />
      <circle cx="88" cy="74" r="2.5" />
      <path d="M74 62h12" />
    </>
  ),
  nest: (
    <>
      <path className="tint" d="M30 70c8-34 32-50 54-48s44 20 46 48c-6 22-24 34-50 34S36 92 30 70z" />
      <path d="M40 74c4 18 20 26 40 26s36-8 40-26z" className="paper" />
      <path d="M34 74h92M52 82l16 10M72 80l18 14M94 82l14 6M64 96l22-14" />
      <path d="M84 40c8 0 13 6 13 13l8 3-8 3c-2 8-8 13-16 13-9 0-15-6-17-12l-10-2c7-2 11-5 14-9 4-6 9-9 16-9z" className="paper" />
      <circle cx="87" cy="51" r="1.5" />
    </>
  ),
  cloud: (
    <>
      <path className="tint" d="M26 66c0-26 24-46 54-46s54 20 54 46-24 40-54 40-54-14-54-40z" />
      <path d="M54 82a16 16 0 0 1-2-32 24 24 0 0 1 46-5 19 19 0 0 1 8 37z" className="paper" />
      <path d="M68 94v4M80 92v8M92 94v4M72 66h.1M88 66h.1M74 74c4-3 8-3 12 0" />
    </>
  ),
  gift: (
    <>
      <path className="tint" d="M26 74c0-32 22-54 54-54s54 22 54 54c0 18-12 28-54 28S26 92 26 74z" />
      <path d="M48 62h64v34a6 6 0 0 1-6 6H54a6 6 0 0 1-6-6z" className="paper" />
      <path d="M42 48h76v14H42z" className="paper" />
      <path d="M80 48v54M80 48c-8-14-26-16-26-6 0 6 12 6 26 6zM80 48c8-14 26-16 26-6 0 6-12 6-26 6z" />
      <path d="m124 30 2 4 4 .6-3 3 .8 4.4-3.8-2-3.8 2 .8-4.4-3-3 4-.6zM34 34h.1M130 66h.1M30 58h.1" />
    </>
  ),
} satisfies Record<string, ReactNode>;

export type DrawingName = keyof typeof DRAWINGS;

export const Drawing = ({ name }: { name: DrawingName }) => (
  <svg aria-hidden viewBox="0 0 160 120" className="drawing h-30 w-40" fill="none" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round">
    {DRAWINGS[name]}
  </svg>
);
