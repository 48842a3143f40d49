ALTER TABLE `user_presence` ADD `occupied_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `user_presence_occupied` ON `user_presence` (`user_id`) WHERE occupied = 1;