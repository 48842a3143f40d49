CREATE TABLE `outbox_attempts` (
	`seq` integer NOT NULL,
	`number` integer NOT NULL,
	`at` integer NOT NULL,
	`outcome` text NOT NULL,
	`error` text NOT NULL,
	PRIMARY KEY(`seq`, `number`),
	FOREIGN KEY (`seq`) REFERENCES `outbox_events`(`seq`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `outbox_rollups` (
	`measure` text NOT NULL,
	`span` integer NOT NULL,
	`at` integer NOT NULL,
	`bucket` integer NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`measure`, `span`, `at`, `bucket`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `received_samples` (
	`seq` integer NOT NULL,
	`user_id` text NOT NULL,
	`latency_ms` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`seq`, `user_id`),
	FOREIGN KEY (`seq`) REFERENCES `outbox_events`(`seq`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `received_samples_user` ON `received_samples` (`user_id`);--> statement-breakpoint
CREATE TABLE `relay_heartbeats` (
	`id` text PRIMARY KEY NOT NULL,
	`version` text NOT NULL,
	`started_at` integer NOT NULL,
	`seen_at` integer NOT NULL,
	`token` integer,
	`in_flight` integer DEFAULT 0 NOT NULL,
	`published` integer DEFAULT 0 NOT NULL,
	`outage` text
) STRICT;
--> statement-breakpoint
DROP INDEX `outbox_events_created`;--> statement-breakpoint
ALTER TABLE `outbox_events` ADD `signature` text;--> statement-breakpoint
UPDATE `outbox_events` SET `signature` = substr(`last_error`, 1, instr(`last_error` || ':', ':') - 1) WHERE `last_error` IS NOT NULL;--> statement-breakpoint
CREATE INDEX `outbox_events_event_seq` ON `outbox_events` (`event`,`seq`);--> statement-breakpoint
CREATE INDEX `outbox_events_retrying` ON `outbox_events` (`seq`) WHERE state = 'pending' AND attempts > 0;--> statement-breakpoint
CREATE INDEX `outbox_events_dropped` ON `outbox_events` (`seq`) WHERE state = 'dropped';--> statement-breakpoint
CREATE INDEX `outbox_events_signature` ON `outbox_events` (`signature`,`seq`) WHERE signature IS NOT NULL;--> statement-breakpoint
CREATE INDEX `outbox_events_failures` ON `outbox_events` (`state`,`signature`,`seq`) WHERE signature IS NOT NULL;--> statement-breakpoint
CREATE INDEX `outbox_events_dead_event` ON `outbox_events` (`event`,`seq`) WHERE state = 'dead';--> statement-breakpoint
CREATE INDEX `outbox_events_dead_channel` ON `outbox_events` (`channel`,`seq`) WHERE state = 'dead';