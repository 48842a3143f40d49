CREATE TABLE `health_results` (
	`name` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`healthy` integer NOT NULL,
	`result` text NOT NULL,
	`healthy_at` integer,
	`healthy_ms` integer
) STRICT;
