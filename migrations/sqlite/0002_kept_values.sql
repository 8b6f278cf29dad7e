CREATE TABLE `kept_values` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `kept_values_by_expiry` ON `kept_values` (`expires_at`);