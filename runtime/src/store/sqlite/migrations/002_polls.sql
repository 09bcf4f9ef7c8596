-- How far each source has been asked. `value` is JSON; the rest of a question whose pages are not all read stands in
-- `page` and `began_at`.
CREATE TABLE cursors (
    identity TEXT NOT NULL,
    event    TEXT NOT NULL,
    value    TEXT,
    since    INTEGER NOT NULL,
    page     INTEGER NOT NULL,
    began_at INTEGER,
    PRIMARY KEY (identity, event)
) STRICT, WITHOUT ROWID;

-- Two bundles may listen to one account: each hears an event once.
DROP INDEX events_key;
CREATE UNIQUE INDEX events_key ON events (identity, key, bundle) WHERE key IS NOT NULL;
