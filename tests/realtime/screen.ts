/** A screen of the app as the model sees it: loader data, read in two moments, with events folded over it. */
import type { Position } from "#app/domain/events.ts";
import { Fold } from "#app/realtime/fold.ts";
import type { Reducer } from "#app/realtime/fold.ts";
import type { ViewedChannels } from "#app/realtime/view.ts";
import { View } from "#app/realtime/view.ts";
import type { World } from "./world.ts";

interface ScreenOptions<State> {
  world: World;
  channels: ViewedChannels;
  /** Whose offsets the loader asks for. */
  positioned: string[];
  read: () => State;
  reducer: Reducer<State>;
  loadMs: () => number;
  onLoaded?: () => void;
  /** Whether the page is refused at the moment of loading, and what comes of it. */
  refused?: () => boolean;
  onRefused?: () => void;
  /** What a loader gave earlier than the engine's own position; by default a load of this moment. */
  loaded?: { position: Position; data: State };
}

export class Screen<State> {
  #fold: Fold<State>;
  #release: () => void;
  #loads = 0;
  loading = false;

  constructor(readonly options: ScreenOptions<State>) {
    const { world, channels, positioned, read, reducer } = options;
    const { position, data } = options.loaded ?? { position: world.server.position(positioned), data: read() };
    this.#fold = new Fold(new View(world.engine.log, position, channels), data, reducer);
    this.#release = world.engine.watch(this.#fold.view);
  }

  get state(): State {
    return this.#fold.current();
  }

  /** Loads anew: the position first, the data a while later, the screen again a while later. */
  reload(): void {
    const { world, channels, positioned, read, reducer, loadMs } = this.options;
    const load = ++this.#loads;
    this.loading = true;
    world.clock.after(loadMs(), () => {
      const position = world.server.position(positioned);
      world.clock.after(loadMs(), () => {
        if (this.options.refused?.()) return void world.clock.after(loadMs(), () => load === this.#loads && this.options.onRefused?.());
        const data = read();
        world.clock.after(loadMs(), () => {
          if (load !== this.#loads) return;
          this.loading = false;
          this.#release();
          this.#fold = new Fold(new View(world.engine.log, position, channels), data, reducer);
          this.#release = world.engine.watch(this.#fold.view);
          this.options.onLoaded?.();
        });
      });
    });
  }

  close(): void {
    this.#loads++;
    this.#release();
  }
}
