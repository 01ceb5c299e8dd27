-- What has not ended and is not active: on its way, held, or ended badly with something left behind. Few beside a large fleet
-- that is active, all of which was read to find them. Not by at_rest: a contract that will expire is not at rest while it is
-- active.
CREATE INDEX streams_not_active ON streams (state) WHERE ended = 0 AND state <> 'active';
