-- How a library is read, as JSON; what is not in it is left at its default.
ALTER TABLE libraries ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

-- Which version of the reader of its type made a document, and with what settings pictures of text
-- were read: a newer reader or another setting reads the file again.
ALTER TABLE documents ADD COLUMN reader INTEGER NOT NULL DEFAULT 1;
ALTER TABLE documents ADD COLUMN read_with TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN scanned INTEGER NOT NULL DEFAULT 0; -- pages that are pictures
UPDATE documents SET reader = 0 WHERE code = 'unsupported';
UPDATE documents SET scanned = 1 WHERE note LIKE '%text recognition%' OR type = 'picture';

-- Disks and network drives that a root lies on or holds, as JSON: without them it is away.
ALTER TABLE roots ADD COLUMN mounts TEXT NOT NULL DEFAULT '[]';

-- Where a document lay before, so that old citations open.
CREATE TABLE former_paths (
    path TEXT PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX former_paths_document ON former_paths(document_id);

-- Other work gives way to a job that somebody waits for.
ALTER TABLE jobs ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;

-- Who watches what at the moment; rows of processes that are gone count for nothing.
CREATE TABLE watched (
    owner TEXT NOT NULL,
    path TEXT NOT NULL,
    how TEXT NOT NULL CHECK (how IN ('events', 'polling')),
    PRIMARY KEY (owner, path)
) WITHOUT ROWID;
