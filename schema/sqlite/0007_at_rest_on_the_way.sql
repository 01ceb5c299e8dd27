-- What rests short of its aim: a step that is held, and what has ended badly and has left something behind. They are few; to
-- find them among all that is active, every one of those was looked at. Those that are not at rest have an index already.
CREATE INDEX streams_at_rest_on_the_way ON streams (state) WHERE at_rest = 1 AND ended = 0 AND state <> 'active';
