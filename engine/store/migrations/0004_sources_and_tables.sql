-- Tables that questions can count in. Each lies in a table of its own, named here; its columns are
-- named after their titles, beside _row (place in the table, from 1), _page, _start and _end
-- (where the row stands in the text of its document).
CREATE TABLE tables (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    name TEXT NOT NULL,                 -- as the user knows it: the sheet, the source
    sql_name TEXT NOT NULL UNIQUE,
    columns TEXT NOT NULL,              -- JSON: [[title, sql name, type, unit], ...]
    row_count INTEGER NOT NULL
);
CREATE INDEX tables_document ON tables(document_id);

-- Databases and table files that are pulled again and again. Passwords are not here: they lie in
-- the keyring of the system.
CREATE TABLE sources (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    library TEXT NOT NULL,
    address TEXT NOT NULL,              -- URL of a database without its password, or a path
    query TEXT NOT NULL DEFAULT '',
    key_column TEXT NOT NULL DEFAULT '',
    template TEXT NOT NULL DEFAULT '',
    every_minutes INTEGER NOT NULL DEFAULT 0,
    most_rows INTEGER NOT NULL,
    added_at REAL NOT NULL,
    tried_at REAL,
    pulled_at REAL,
    row_count INTEGER NOT NULL DEFAULT 0,
    code TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',    -- why the last pull failed, or what it left out, in words
    hint TEXT NOT NULL DEFAULT ''
);

-- What tells a changed row from an unchanged one, for the counts of a pull.
CREATE TABLE source_rows (
    source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
    part TEXT NOT NULL,
    key TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (source_id, part, key)
) WITHOUT ROWID;
