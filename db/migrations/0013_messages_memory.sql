CREATE TABLE `message_edits` (
	`id` text PRIMARY KEY NOT NULL,
	`message_id` text NOT NULL,
	`client_id` text,
	`body` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`message_id`) REFERENCES `messages`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `message_edits_message` ON `message_edits` (`message_id`);--> statement-breakpoint
CREATE INDEX `message_edits_created` ON `message_edits` (`created_at`);--> statement-breakpoint
CREATE TABLE `message_reactions` (
	`message_id` text NOT NULL,
	`user_id` text NOT NULL,
	`emoji` text NOT NULL,
	`position` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`message_id`, `user_id`, `emoji`),
	FOREIGN KEY (`message_id`) REFERENCES `messages`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `message_reactions_user` ON `message_reactions` (`user_id`);--> statement-breakpoint
CREATE TABLE `message_search` (
	`id` integer PRIMARY KEY NOT NULL,
	`message_id` text NOT NULL,
	`words` text NOT NULL,
	FOREIGN KEY (`message_id`) REFERENCES `messages`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `message_search_message_id_unique` ON `message_search` (`message_id`);--> statement-breakpoint
ALTER TABLE `users` ADD `enter_sends` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `erased_at` integer;--> statement-breakpoint
ALTER TABLE `messages` ADD `reaction_version` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `messages` ADD `search_id` integer;--> statement-breakpoint
CREATE INDEX `messages_unindexed` ON `messages` (`id`) WHERE search_id IS NULL;--> statement-breakpoint
CREATE VIRTUAL TABLE `message_words` USING fts5(`words`, content = 'message_search', content_rowid = 'id', detail = 'none', columnsize = 0, prefix = '2 3 4 6', tokenize = 'ascii');--> statement-breakpoint
INSERT INTO `message_words` (`message_words`, `rank`) VALUES ('secure-delete', 1);--> statement-breakpoint
CREATE TRIGGER `message_search_added` AFTER INSERT ON `message_search` BEGIN
	INSERT INTO `message_words` (`rowid`, `words`) VALUES (new.`id`, new.`words`);
END;--> statement-breakpoint
CREATE TRIGGER `message_search_removed` AFTER DELETE ON `message_search` BEGIN
	INSERT INTO `message_words` (`message_words`, `rowid`, `words`) VALUES ('delete', old.`id`, old.`words`);
END;--> statement-breakpoint
CREATE TRIGGER `messages_changed` AFTER UPDATE OF `body` ON `messages` WHEN old.`body` <> new.`body` BEGIN
	DELETE FROM `message_search` WHERE `message_id` = new.`id`;
	UPDATE `messages` SET `search_id` = NULL WHERE `id` = new.`id` AND `search_id` IS NOT NULL;
END;
