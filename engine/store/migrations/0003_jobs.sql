-- Work on the vault that is under way or was interrupted. What is left of it is taken out file by
-- file, in the transaction that stores or removes the file.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('index', 'remove', 'renew')),
    owner TEXT NOT NULL,                -- the process at work; empty where it was stopped
    started_at REAL NOT NULL
);

CREATE TABLE job_files (
    path TEXT PRIMARY KEY,
    job_id INTEGER NOT NULL REFERENCES jobs(id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX job_files_job ON job_files(job_id);

-- A file with the same bytes elsewhere lends its vectors.
CREATE INDEX documents_sha256 ON documents(sha256);

-- The page's label, beside the text that is cited under it.
ALTER TABLE passages ADD COLUMN label TEXT NOT NULL DEFAULT '';
UPDATE passages SET label = (SELECT pages.label FROM pages
    WHERE pages.document_id = passages.document_id AND pages.number = passages.page)
WHERE EXISTS (SELECT 1 FROM pages WHERE pages.document_id = passages.document_id
    AND pages.number = passages.page AND pages.label <> '');
