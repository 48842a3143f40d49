/** Two soft notes, made by the browser itself. */
import type { Chime } from "./environment.ts";

/** Hertz, a fifth apart; and when each begins, in seconds. */
const NOTES = [
  { hertz: 659.25, at: 0 },
  { hertz: 987.77, at: 0.14 },
];
const LENGTH_S = 0.5;
const VOLUME = 0.12;
const SILENCE = 0.0001;

export const browserChime: Chime = {
  allowed: () => typeof AudioContext !== "undefined" && ((navigator as { userActivation?: UserActivation }).userActivation?.hasBeenActive ?? false),
  play() {
    const audio = new AudioContext();
    void audio.resume();
    for (const { hertz, at } of NOTES) {
      const begins = audio.currentTime + at;
      const note = audio.createOscillator();
      const loudness = audio.createGain();
      note.frequency.value = hertz;
      loudness.gain.setValueAtTime(SILENCE, begins);
      loudness.gain.exponentialRampToValueAtTime(VOLUME, begins + 0.02);
      loudness.gain.exponentialRampToValueAtTime(SILENCE, begins + LENGTH_S);
      note.connect(loudness).connect(audio.destination);
      note.start(begins);
      note.stop(begins + LENGTH_S);
      // The device is free again when the last one has died away.
      if (at === NOTES.at(-1)!.at) note.onended = () => void audio.close();
    }
  },
};
