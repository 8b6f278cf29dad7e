CREATE TABLE `slack_installations` (
	`owner_id` text PRIMARY KEY NOT NULL,
	`is_org` integer NOT NULL,
	`enterprise_id` text,
	`name` text NOT NULL,
	`app_id` text NOT NULL,
	`bot_user_id` text NOT NULL,
	`scopes` text NOT NULL,
	`bot_token` text,
	`refresh_token` text,
	`token_expires_at` integer,
	`token_version` integer NOT NULL,
	`installed_by` text NOT NULL,
	`installed_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`removed_at` integer
);
