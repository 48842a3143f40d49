CREATE TABLE `cache_tags` (
	`tag` text PRIMARY KEY NOT NULL,
	`version` text NOT NULL,
	`revalidated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `operations` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`actor_id` text,
	`items` text NOT NULL,
	`item_count` integer NOT NULL,
	`state` text NOT NULL,
	`exclusive` text,
	`steps_done` integer DEFAULT 0 NOT NULL,
	`steps_total` integer NOT NULL,
	`failures` text DEFAULT '[]' NOT NULL,
	`failure_count` integer DEFAULT 0 NOT NULL,
	`started_at` integer NOT NULL,
	`beat_at` integer NOT NULL,
	`finished_at` integer,
	FOREIGN KEY (`actor_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `operations_exclusive` ON `operations` (`exclusive`) WHERE state = 'running' AND exclusive IS NOT NULL;--> statement-breakpoint
CREATE INDEX `operations_running` ON `operations` (`beat_at`) WHERE state = 'running';--> statement-breakpoint
CREATE INDEX `operations_started` ON `operations` (`started_at`,`id`);--> statement-breakpoint
CREATE INDEX `operations_kind` ON `operations` (`kind`,`started_at`,`id`);--> statement-breakpoint
CREATE INDEX `operations_state` ON `operations` (`state`,`started_at`,`id`);--> statement-breakpoint
CREATE INDEX `operations_actor` ON `operations` (`actor_id`,`started_at`,`id`);