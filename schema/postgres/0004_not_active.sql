-- What has not ended and is not active: on its way, held, or ended badly with something left behind. Few beside a large fleet
-- that is active, all of which was read to find them. A column for the same reason as to_work_on is one.
ALTER TABLE streams ADD COLUMN not_active boolean NOT NULL GENERATED ALWAYS AS (NOT ended AND state <> 'active') STORED;
CREATE INDEX streams_not_active ON streams (stream) WHERE not_active;
