CREATE TABLE `user_presence` (
	`user_id` text PRIMARY KEY NOT NULL,
	`online` integer DEFAULT 0 NOT NULL,
	`occupied` integer DEFAULT 0 NOT NULL,
	`seen_at` integer DEFAULT 0 NOT NULL,
	`last_active` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `user_presence_online` ON `user_presence` (`seen_at`) WHERE online = 1;--> statement-breakpoint
ALTER TABLE `users` ADD `notify_level` text DEFAULT 'all' NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `notify_sound` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `show_receipts` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `show_last_active` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `conversation_members` ADD `role` text DEFAULT 'member' NOT NULL;--> statement-breakpoint
ALTER TABLE `conversation_members` ADD `notify_level` text;--> statement-breakpoint
ALTER TABLE `conversation_members` ADD `history_from` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `conversation_members` ADD `events_from` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `conversations` ADD `name` text;--> statement-breakpoint
ALTER TABLE `conversations` ADD `access` text;--> statement-breakpoint
ALTER TABLE `conversations` ADD `member_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `conversations_open_rooms` ON `conversations` (`name`) WHERE access = 'open';--> statement-breakpoint
UPDATE `conversations` SET `member_count` = (SELECT count(*) FROM `conversation_members` WHERE `conversation_id` = `conversations`.`id`);
