CREATE TABLE `tablet_pins` (
	`user_id` text PRIMARY KEY NOT NULL,
	`pin_hash` text NOT NULL,
	`set_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `tablet_visits` (
	`tablet_id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`token_hash` text NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`tablet_id`) REFERENCES `tablets`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `tablet_visits_user` ON `tablet_visits` (`user_id`);--> statement-breakpoint
ALTER TABLE `tablets` ADD `language` text;--> statement-breakpoint
ALTER TABLE `tablets` ADD `digits` text;--> statement-breakpoint
DROP TABLE `tablet_sessions`;
