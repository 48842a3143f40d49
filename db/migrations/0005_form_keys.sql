ALTER TABLE `conversations` ADD `created_by` text REFERENCES users(id) ON DELETE set null;--> statement-breakpoint
ALTER TABLE `conversations` ADD `create_key` text;--> statement-breakpoint
CREATE UNIQUE INDEX `conversations_create_key` ON `conversations` (`created_by`,`create_key`) WHERE create_key IS NOT NULL;--> statement-breakpoint
ALTER TABLE `timers` ADD `start_key` text;--> statement-breakpoint
CREATE UNIQUE INDEX `timers_start_key` ON `timers` (`started_by`,`family_id`,`start_key`) WHERE start_key IS NOT NULL;