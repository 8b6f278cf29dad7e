CREATE TABLE "direct_channels" (
	"platform" text NOT NULL,
	"member_external_id" text NOT NULL,
	"channel_id" text NOT NULL,
	CONSTRAINT "direct_channels_platform_member_external_id_pk" PRIMARY KEY("platform","member_external_id")
);
--> statement-breakpoint
ALTER TABLE "communities" ADD COLUMN "left_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "schedules" ADD COLUMN "thread" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "members_by_person" ON "members" USING btree ("external_id");