/** The global scope of a service worker, as far as it is used: TypeScript's own declaration excludes the DOM's. */
export interface ExtendableEvent extends Event {
  waitUntil: (work: Promise<unknown>) => void;
}
export interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  readonly clientId: string;
  respondWith: (response: Promise<Response> | Response) => void;
}
export interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
}
export interface ExtendableMessageEvent extends ExtendableEvent {
  readonly data: unknown;
  readonly ports: readonly MessagePort[];
}
export interface NotificationEvent extends ExtendableEvent {
  readonly notification: Notification;
}
/** A page of ours. */
export interface WindowClient {
  readonly url: string;
  readonly focused: boolean;
  readonly visibilityState: DocumentVisibilityState;
  focus: () => Promise<WindowClient>;
  navigate: (url: string) => Promise<WindowClient | null>;
  postMessage: (message: unknown, transfer?: Transferable[]) => void;
}

interface Events {
  install: ExtendableEvent;
  activate: ExtendableEvent;
  fetch: FetchEvent;
  message: ExtendableMessageEvent;
  sync: SyncEvent;
  notificationclick: NotificationEvent;
}

export interface WorkerScope {
  addEventListener: <Kind extends keyof Events>(kind: Kind, listener: (event: Events[Kind]) => void) => void;
  skipWaiting: () => Promise<void>;
  readonly clients: {
    claim: () => Promise<void>;
    get: (id: string) => Promise<{ postMessage: (message: unknown) => void } | undefined>;
    /** Those last focused come first. */
    matchAll: (options: { type: "window"; includeUncontrolled?: boolean }) => Promise<readonly WindowClient[]>;
    openWindow: (url: string) => Promise<WindowClient | null>;
  };
  readonly location: Location;
  readonly navigator: Navigator;
}
