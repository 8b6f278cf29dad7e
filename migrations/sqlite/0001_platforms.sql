CREATE TABLE `direct_channels` (
	`platform` text NOT NULL,
	`member_external_id` text NOT NULL,
	`channel_id` text NOT NULL,
	PRIMARY KEY(`platform`, `member_external_id`)
);
--> statement-breakpoint
ALTER TABLE `communities` ADD `left_at` integer;--> statement-breakpoint
ALTER TABLE `schedules` ADD `thread` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `members_by_person` ON `members` (`external_id`);