/**
 * Notices at once that a server refuses. pusher-js keeps that to itself: its strategy waits 15 s, then 30 s, then 60 s
 * before the next socket, so that push would stay away that long after the server's return (measured).
 */

export interface SocketMaker {
  createWebSocket: (url: string) => object;
}

/**
 * @param connect makes the socket before it returns
 * @param onRefused the socket closed without ever having been open
 * @returns what `connect` returns
 */
export function watchRefusal<Result>(maker: SocketMaker, connect: () => Result, onRefused: () => void): Result {
  const make = maker.createWebSocket;
  maker.createWebSocket = (url) => {
    const socket = make.call(maker, url);
    if (listens(socket)) {
      let opened = false;
      socket.addEventListener("open", () => (opened = true));
      socket.addEventListener("close", () => opened || onRefused());
    }
    return socket;
  };
  try {
    return connect();
  } finally {
    maker.createWebSocket = make;
  }
}

const listens = (socket: object): socket is { addEventListener: (event: "open" | "close", listener: () => void) => void } =>
  "addEventListener" in socket && typeof socket.addEventListener === "function";
