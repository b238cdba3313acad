-- When a login last came from an origin, to within an hour; NULL for a text that is no origin, or is erased.
ALTER TABLE text ADD COLUMN origin_at INTEGER;

UPDATE text SET origin_at = used.at
FROM (SELECT origin, max(at) AS at FROM event WHERE origin IS NOT NULL GROUP BY origin) used
WHERE used.origin = text.id AND text.value IS NOT NULL;

UPDATE text SET origin_at = used.at
FROM (SELECT origin, max(login_at) AS at FROM session WHERE origin IS NOT NULL GROUP BY origin) used
WHERE used.origin = text.id AND text.value IS NOT NULL AND (origin_at IS NULL OR origin_at < used.at);

CREATE INDEX text_origin ON text (origin_at) WHERE origin_at IS NOT NULL;
