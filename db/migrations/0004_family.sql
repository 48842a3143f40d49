CREATE TABLE `child_accounts` (
	`user_id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`user_name` text NOT NULL,
	`pin_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`family_id`) REFERENCES `families`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `child_accounts_name` ON `child_accounts` (`family_id`,`user_name`);--> statement-breakpoint
CREATE TABLE `chore_assignees` (
	`chore_id` text NOT NULL,
	`user_id` text NOT NULL,
	`position` integer NOT NULL,
	PRIMARY KEY(`chore_id`, `user_id`),
	FOREIGN KEY (`chore_id`) REFERENCES `chores`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `chore_assignees_user` ON `chore_assignees` (`user_id`);--> statement-breakpoint
CREATE TABLE `chore_claims` (
	`id` text PRIMARY KEY NOT NULL,
	`chore_id` text NOT NULL,
	`due_on` text NOT NULL,
	`member_id` text NOT NULL,
	`state` text NOT NULL,
	`stars` integer NOT NULL,
	`claimed_at` integer NOT NULL,
	`decided_by` text,
	`decided_at` integer,
	FOREIGN KEY (`chore_id`) REFERENCES `chores`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`member_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`decided_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `chore_claims_standing` ON `chore_claims` (`chore_id`,`due_on`) WHERE state IN ('claimed', 'approved');--> statement-breakpoint
CREATE INDEX `chore_claims_chore` ON `chore_claims` (`chore_id`);--> statement-breakpoint
CREATE TABLE `chore_occurrences` (
	`chore_id` text NOT NULL,
	`due_on` text NOT NULL,
	`turn` integer NOT NULL,
	`state` text DEFAULT 'open' NOT NULL,
	`assigned_to` text,
	`claim_id` text,
	PRIMARY KEY(`chore_id`, `due_on`),
	FOREIGN KEY (`chore_id`) REFERENCES `chores`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`assigned_to`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `chore_occurrences_turn` ON `chore_occurrences` (`chore_id`,`turn`);--> statement-breakpoint
CREATE INDEX `chore_occurrences_ahead` ON `chore_occurrences` (`chore_id`) WHERE state <> 'done';--> statement-breakpoint
CREATE TABLE `chores` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`name` text NOT NULL,
	`icon` text,
	`stars` integer DEFAULT 0 NOT NULL,
	`recurrence` text NOT NULL,
	`assignment` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`archived_at` integer,
	FOREIGN KEY (`family_id`) REFERENCES `families`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `chores_family` ON `chores` (`family_id`) WHERE archived_at IS NULL;--> statement-breakpoint
CREATE TABLE `families` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`code` text NOT NULL,
	`time_zone` text NOT NULL,
	`week_start` integer NOT NULL,
	`chores_count_at_once` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `families_code` ON `families` (`code`);--> statement-breakpoint
CREATE TABLE `family_invitations` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`token_hash` text NOT NULL,
	`role` text NOT NULL,
	`invited_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`accepted_by` text,
	`accepted_at` integer,
	FOREIGN KEY (`family_id`) REFERENCES `families`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`invited_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`accepted_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `family_invitations_token` ON `family_invitations` (`token_hash`);--> statement-breakpoint
CREATE INDEX `family_invitations_family` ON `family_invitations` (`family_id`);--> statement-breakpoint
CREATE TABLE `family_members` (
	`family_id` text NOT NULL,
	`user_id` text NOT NULL,
	`role` text NOT NULL,
	`joined_at` integer NOT NULL,
	`revoked_at` integer,
	PRIMARY KEY(`family_id`, `user_id`),
	FOREIGN KEY (`family_id`) REFERENCES `families`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `family_members_user` ON `family_members` (`user_id`) WHERE revoked_at IS NULL;--> statement-breakpoint
CREATE TABLE `pin_attempts` (
	`key` text PRIMARY KEY NOT NULL,
	`wrong` integer NOT NULL,
	`locked_until` integer DEFAULT 0 NOT NULL,
	`last_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `pin_attempts_last` ON `pin_attempts` (`last_at`);--> statement-breakpoint
CREATE TABLE `star_ledger` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`family_id` text NOT NULL,
	`member_id` text NOT NULL,
	`amount` integer NOT NULL,
	`balance` integer NOT NULL,
	`kind` text NOT NULL,
	`reason` text NOT NULL,
	`cause_key` text NOT NULL,
	`reversal_of` text,
	`actor_id` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`family_id`) REFERENCES `families`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`member_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`actor_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "star_ledger_balance" CHECK(balance >= 0),
	CONSTRAINT "star_ledger_amount" CHECK(amount <> 0)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `star_ledger_id` ON `star_ledger` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `star_ledger_cause` ON `star_ledger` (`family_id`,`cause_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `star_ledger_reversal` ON `star_ledger` (`reversal_of`);--> statement-breakpoint
CREATE INDEX `star_ledger_member` ON `star_ledger` (`family_id`,`member_id`,`seq`);--> statement-breakpoint
CREATE INDEX `star_ledger_time` ON `star_ledger` (`family_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `tablet_sessions` (
	`session_id` text PRIMARY KEY NOT NULL,
	`tablet_id` text NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`tablet_id`) REFERENCES `tablets`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `tablet_sessions_tablet` ON `tablet_sessions` (`tablet_id`);--> statement-breakpoint
CREATE TABLE `tablets` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`name` text NOT NULL,
	`token_hash` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`revoked_at` integer,
	FOREIGN KEY (`family_id`) REFERENCES `families`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `tablets_token` ON `tablets` (`token_hash`);--> statement-breakpoint
CREATE INDEX `tablets_family` ON `tablets` (`family_id`);--> statement-breakpoint
CREATE TABLE `timer_templates` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`name` text NOT NULL,
	`duration_ms` integer NOT NULL,
	`stars` integer DEFAULT 0 NOT NULL,
	`icon` text,
	`hue` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`archived_at` integer,
	FOREIGN KEY (`family_id`) REFERENCES `families`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `timer_templates_family` ON `timer_templates` (`family_id`);--> statement-breakpoint
CREATE TABLE `timers` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`template_id` text,
	`member_id` text,
	`started_by` text NOT NULL,
	`name` text NOT NULL,
	`icon` text,
	`hue` integer NOT NULL,
	`stars` integer NOT NULL,
	`state` text NOT NULL,
	`version` integer NOT NULL,
	`first_duration_ms` integer NOT NULL,
	`duration_ms` integer NOT NULL,
	`started_at` integer NOT NULL,
	`ends_at` integer,
	`remaining_ms` integer,
	`confirmed_by` text,
	`finished_at` integer,
	FOREIGN KEY (`family_id`) REFERENCES `families`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`template_id`) REFERENCES `timer_templates`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`member_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`started_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`confirmed_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `timers_due` ON `timers` (`ends_at`) WHERE state = 'running';--> statement-breakpoint
CREATE INDEX `timers_open` ON `timers` (`family_id`) WHERE state IN ('running', 'paused', 'expired');--> statement-breakpoint
CREATE TRIGGER `star_ledger_no_update` BEFORE UPDATE ON `star_ledger` BEGIN
	SELECT RAISE(ABORT, 'star_ledger is append-only');
END;--> statement-breakpoint
CREATE TRIGGER `star_ledger_no_delete` BEFORE DELETE ON `star_ledger` BEGIN
	SELECT RAISE(ABORT, 'star_ledger is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `star_ledger_no_replace` BEFORE INSERT ON `star_ledger`
WHEN EXISTS (SELECT 1 FROM `star_ledger` WHERE `seq` = NEW.`seq` OR `id` = NEW.`id` OR `reversal_of` = NEW.`reversal_of` OR (`family_id` = NEW.`family_id` AND `cause_key` = NEW.`cause_key`)) BEGIN
	SELECT RAISE(ABORT, 'star_ledger is append-only');
END;
