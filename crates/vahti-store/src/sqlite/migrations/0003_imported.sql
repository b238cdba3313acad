-- Sessions that were taken over from another system: when. Their lifetime counts from there, not from their login.
ALTER TABLE session ADD COLUMN imported_at INTEGER;
