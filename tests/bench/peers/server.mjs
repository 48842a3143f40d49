/** (c) A Socket.IO chat as its guide shows it: insert, then emit to the room, then acknowledge. */
import { createServer } from "node:http";
import { randomUUID } from "node:crypto";
import Database from "better-sqlite3";
import { Server } from "socket.io";

const db = new Database(process.env.DATABASE_FILE);
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.pragma("foreign_keys = ON");
db.exec(`
  CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL, seq INTEGER NOT NULL, sender_id TEXT NOT NULL, client_id TEXT NOT NULL,
    body TEXT NOT NULL, created_at INTEGER NOT NULL, UNIQUE (sender_id, client_id), UNIQUE (conversation_id, seq)
  ) STRICT`);
const insert = db.prepare(`
  INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, body, created_at)
  VALUES (?, ?, (SELECT coalesce(max(seq), 0) + 1 FROM messages WHERE conversation_id = ?), ?, ?, ?, ?) RETURNING seq`);

const server = createServer();
const io = new Server(server, { transports: ["websocket"] });
io.on("connection", (socket) => {
  socket.on("join", (rooms, done) => {
    socket.join(rooms);
    done();
  });
  socket.on("send", ({ conversationId, senderId, senderName, clientId, body }, done) => {
    const message = { id: randomUUID().replaceAll("-", ""), conversationId, seq: 0, senderId, senderName, clientId, body, kind: "text", images: [], createdAt: Date.now(), editedAt: null, deletedAt: null };
    message.seq = insert.get(message.id, conversationId, conversationId, senderId, clientId, body, message.createdAt).seq;
    io.to(conversationId).emit("new-message", message);
    done({ message });
  });
});
server.listen(Number(process.env.PORT), "127.0.0.1", () => process.send({ ready: true }));
