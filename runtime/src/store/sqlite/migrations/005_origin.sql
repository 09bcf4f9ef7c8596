-- What the effect keys and markers of a run are made of beside its steps: a digest of the account's identity and the delivery
-- key, so that a delivery that comes again after a restore brings about the same effects. Empty: the event's id.
ALTER TABLE runs ADD COLUMN origin TEXT NOT NULL DEFAULT '';
CREATE INDEX runs_by_origin ON runs (origin) WHERE origin <> '';

-- What has not ended is read in pages, in the order in which it began.
CREATE INDEX runs_unfinished ON runs (n) WHERE state IN ('ready', 'waiting', 'queued', 'in_doubt');
