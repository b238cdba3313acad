-- Until when the gate is paused, in milliseconds since 1970: one row, or none while it guards.
CREATE TABLE pause (
    id    INTEGER PRIMARY KEY,
    until INTEGER NOT NULL,
    CONSTRAINT pause_once CHECK (id = 1)
) STRICT;
