-- The newest window whose challenge let the session in: that one and all before it are used. 0 is none.
ALTER TABLE session ADD COLUMN redeemed INTEGER NOT NULL DEFAULT 0;

-- What supervisors say to those who wait is the note of the newest of these events.
CREATE INDEX event_message ON event (seq) WHERE verb = 'message';
