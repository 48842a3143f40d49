CREATE TABLE `message_imports` (
	`file` text PRIMARY KEY NOT NULL,
	`bytes` integer NOT NULL,
	`lines` integer NOT NULL,
	`imported` integer NOT NULL,
	`repeated` integer NOT NULL,
	`skipped` integer NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer
) STRICT;
--> statement-breakpoint
ALTER TABLE `messages` ADD `imported_read_at` integer;