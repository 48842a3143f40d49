CREATE TABLE `files` (
	`id` text PRIMARY KEY NOT NULL,
	`conversation_id` text NOT NULL,
	`uploaded_by` text NOT NULL,
	`upload_id` text NOT NULL,
	`name` text NOT NULL,
	`bytes` integer NOT NULL,
	`hash` text NOT NULL,
	`message_id` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`conversation_id`) REFERENCES `conversations`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`uploaded_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`message_id`) REFERENCES `messages`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `files_upload` ON `files` (`uploaded_by`,`upload_id`);--> statement-breakpoint
CREATE INDEX `files_conversation` ON `files` (`conversation_id`);--> statement-breakpoint
CREATE INDEX `files_message` ON `files` (`message_id`) WHERE message_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `files_unsent` ON `files` (`created_at`) WHERE message_id IS NULL;--> statement-breakpoint
CREATE TABLE `images` (
	`id` text PRIMARY KEY NOT NULL,
	`target` text NOT NULL,
	`target_id` text NOT NULL,
	`uploaded_by` text NOT NULL,
	`upload_id` text NOT NULL,
	`hash` text NOT NULL,
	`width` integer NOT NULL,
	`height` integer NOT NULL,
	`message_id` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`uploaded_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`message_id`) REFERENCES `messages`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `images_upload` ON `images` (`uploaded_by`,`upload_id`);--> statement-breakpoint
CREATE INDEX `images_target` ON `images` (`target`,`target_id`);--> statement-breakpoint
CREATE INDEX `images_message` ON `images` (`message_id`) WHERE message_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `images_unsent` ON `images` (`created_at`) WHERE target = 'messages' AND message_id IS NULL;--> statement-breakpoint
CREATE TABLE `storage_removals` (
	`folder` text PRIMARY KEY NOT NULL
) STRICT;
--> statement-breakpoint
ALTER TABLE `users` ADD `avatar` text;--> statement-breakpoint
ALTER TABLE `messages` ADD `attachments` text;
--> statement-breakpoint
-- Whatever deletes a row, a cascade too, leaves word of the folder that is to go. Pictures in messages are private, all others public.
CREATE TRIGGER `images_leave` AFTER DELETE ON `images` BEGIN
	INSERT OR IGNORE INTO storage_removals (folder) VALUES (CASE old.target WHEN 'messages' THEN 'private/' ELSE 'public/' END || substr(old.id, -2) || '/' || old.id);
END;
--> statement-breakpoint
CREATE TRIGGER `files_leave` AFTER DELETE ON `files` BEGIN
	INSERT OR IGNORE INTO storage_removals (folder) VALUES ('private/' || substr(old.id, -2) || '/' || old.id);
END;
