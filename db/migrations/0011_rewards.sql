CREATE TABLE `categories` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`name` text NOT NULL,
	`icon` text,
	`hue` integer DEFAULT 0 NOT NULL,
	`position` integer NOT NULL,
	`image_id` text,
	`created_by` text NOT NULL,
	`create_key` text,
	`created_at` integer NOT NULL,
	`archived_at` integer,
	FOREIGN KEY (`family_id`) REFERENCES `families`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `categories_family` ON `categories` (`family_id`,`position`) WHERE archived_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `categories_create_key` ON `categories` (`created_by`,`family_id`,`create_key`) WHERE create_key IS NOT NULL;--> statement-breakpoint
CREATE TABLE `companies` (
	`family_id` text PRIMARY KEY NOT NULL,
	`name` text,
	`motto` text,
	`hue` integer DEFAULT 0 NOT NULL,
	`image_id` text,
	FOREIGN KEY (`family_id`) REFERENCES `families`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE TABLE `products` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`category_id` text,
	`name` text NOT NULL,
	`description` text,
	`price` integer NOT NULL,
	`stock` integer,
	`stock_version` integer DEFAULT 0 NOT NULL,
	`is_active` integer DEFAULT true NOT NULL,
	`image_id` text,
	`created_by` text NOT NULL,
	`create_key` text,
	`created_at` integer NOT NULL,
	`archived_at` integer,
	FOREIGN KEY (`family_id`) REFERENCES `families`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`category_id`) REFERENCES `categories`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "products_price" CHECK(price > 0),
	CONSTRAINT "products_stock" CHECK(stock IS NULL OR stock >= 0)
) STRICT;
--> statement-breakpoint
CREATE INDEX `products_family` ON `products` (`family_id`) WHERE archived_at IS NULL;--> statement-breakpoint
CREATE INDEX `products_category` ON `products` (`category_id`) WHERE category_id IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `products_create_key` ON `products` (`created_by`,`family_id`,`create_key`) WHERE create_key IS NOT NULL;--> statement-breakpoint
CREATE TABLE `promotions` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`value` integer NOT NULL,
	`starts_at` text NOT NULL,
	`ends_at` text NOT NULL,
	`product_id` text,
	`category_id` text,
	`image_id` text,
	`created_by` text NOT NULL,
	`create_key` text,
	`created_at` integer NOT NULL,
	`archived_at` integer,
	FOREIGN KEY (`family_id`) REFERENCES `families`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`product_id`) REFERENCES `products`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`category_id`) REFERENCES `categories`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "promotions_value" CHECK(value > 0 AND (kind <> 'percent' OR value < 100)),
	CONSTRAINT "promotions_time" CHECK(starts_at < ends_at)
) STRICT;
--> statement-breakpoint
CREATE INDEX `promotions_family` ON `promotions` (`family_id`) WHERE archived_at IS NULL;--> statement-breakpoint
CREATE INDEX `promotions_product` ON `promotions` (`product_id`) WHERE product_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `promotions_category` ON `promotions` (`category_id`) WHERE category_id IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `promotions_create_key` ON `promotions` (`created_by`,`family_id`,`create_key`) WHERE create_key IS NOT NULL;--> statement-breakpoint
CREATE TABLE `redemptions` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`product_id` text NOT NULL,
	`member_id` text NOT NULL,
	`product_name` text NOT NULL,
	`price` integer NOT NULL,
	`full_price` integer NOT NULL,
	`took_stock` integer NOT NULL,
	`state` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`ask_key` text,
	`asked_at` integer NOT NULL,
	`decided_by` text,
	`decided_at` integer,
	FOREIGN KEY (`family_id`) REFERENCES `families`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`product_id`) REFERENCES `products`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`member_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`decided_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "redemptions_price" CHECK(price > 0 AND price <= full_price)
) STRICT;
--> statement-breakpoint
CREATE INDEX `redemptions_waiting` ON `redemptions` (`family_id`,`member_id`) WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX `redemptions_decided` ON `redemptions` (`family_id`,`asked_at`) WHERE state <> 'waiting';--> statement-breakpoint
CREATE INDEX `redemptions_product` ON `redemptions` (`product_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `redemptions_ask_key` ON `redemptions` (`member_id`,`family_id`,`ask_key`) WHERE ask_key IS NOT NULL;--> statement-breakpoint
CREATE TABLE `wishes` (
	`family_id` text NOT NULL,
	`member_id` text NOT NULL,
	`product_id` text,
	`version` integer DEFAULT 1 NOT NULL,
	PRIMARY KEY(`family_id`, `member_id`),
	FOREIGN KEY (`family_id`) REFERENCES `families`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`member_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`product_id`) REFERENCES `products`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `wishes_product` ON `wishes` (`product_id`);