CREATE TABLE "slack_installations" (
	"owner_id" text PRIMARY KEY NOT NULL,
	"is_org" boolean NOT NULL,
	"enterprise_id" text,
	"name" text NOT NULL,
	"app_id" text NOT NULL,
	"bot_user_id" text NOT NULL,
	"scopes" jsonb NOT NULL,
	"bot_token" text,
	"refresh_token" text,
	"token_expires_at" timestamp (3) with time zone,
	"token_version" integer NOT NULL,
	"installed_by" text NOT NULL,
	"installed_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"removed_at" timestamp (3) with time zone
);
