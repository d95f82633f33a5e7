-- The first vault: libraries, documents with their pages and passages, the word index,
-- the register of vector sets, and conversations. Passage text is the truth; the word index
-- and the vectors are derived from it and can be rebuilt.

CREATE TABLE libraries (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    created_at REAL NOT NULL
);

-- Files and folders the user added; sync looks at them again.
CREATE TABLE roots (
    path TEXT PRIMARY KEY,
    library_id INTEGER NOT NULL REFERENCES libraries(id) ON DELETE CASCADE,
    is_folder INTEGER NOT NULL,
    added_at REAL NOT NULL
);
CREATE INDEX roots_library ON roots(library_id);

-- Files and folders the user removed although they lie in an added folder.
CREATE TABLE exclusions (
    path TEXT PRIMARY KEY,
    removed_at REAL NOT NULL
);

CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    library_id INTEGER NOT NULL REFERENCES libraries(id) ON DELETE CASCADE,
    path TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('indexed', 'failed')),
    code TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    sha256 BLOB NOT NULL,               -- of the file's bytes; empty where they could not be read
    page_count INTEGER NOT NULL DEFAULT 0,
    passage_count INTEGER NOT NULL DEFAULT 0,
    indexed_at REAL NOT NULL
);
CREATE INDEX documents_library ON documents(library_id, path);

CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    headings TEXT NOT NULL DEFAULT '[]', -- JSON: [[start, level, title], ...]
    UNIQUE (document_id, number)
);

-- Numbers are never used again, so that a citation in an old conversation cannot come to
-- point at another passage.
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,           -- place in the document, from 0
    page INTEGER NOT NULL,
    start INTEGER NOT NULL,             -- characters into the page's text
    "end" INTEGER NOT NULL,
    title TEXT NOT NULL,
    heading TEXT NOT NULL,
    text TEXT NOT NULL,
    digest BLOB NOT NULL,               -- of what was embedded; equal texts are embedded once
    UNIQUE (document_id, ordinal)
);
CREATE INDEX passages_digest ON passages(digest);

CREATE VIRTUAL TABLE words USING fts5(
    title, heading, text,
    content = 'passages', content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE TRIGGER passages_insert AFTER INSERT ON passages BEGIN
    INSERT INTO words(rowid, title, heading, text)
    VALUES (new.id, new.title, new.heading, new.text);
END;
CREATE TRIGGER passages_delete AFTER DELETE ON passages BEGIN
    INSERT INTO words(words, rowid, title, heading, text)
    VALUES ('delete', old.id, old.title, old.heading, old.text);
END;
CREATE TRIGGER passages_update AFTER UPDATE OF title, heading, text ON passages BEGIN
    INSERT INTO words(words, rowid, title, heading, text)
    VALUES ('delete', old.id, old.title, old.heading, old.text);
    INSERT INTO words(rowid, title, heading, text)
    VALUES (new.id, new.title, new.heading, new.text);
END;

-- How many passages hold a word, for choosing the rare ones of a question.
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'row');

-- One row for each embedder whose vectors are kept; the vectors lie in vectors_<id>.
CREATE TABLE vector_sets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    model_id TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    dimension INTEGER NOT NULL,
    query_prefix TEXT NOT NULL,
    passage_prefix TEXT NOT NULL,
    pooling TEXT NOT NULL,
    max_tokens INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('filling', 'serving')),
    created_at REAL NOT NULL
);
CREATE UNIQUE INDEX vector_sets_serving ON vector_sets(state) WHERE state = 'serving';

CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    created_at REAL NOT NULL,
    changed_at REAL NOT NULL
);
CREATE INDEX conversations_changed ON conversations(changed_at);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant')),
    text TEXT NOT NULL,
    answer TEXT,                        -- JSON with its version inside
    created_at REAL NOT NULL
);
CREATE INDEX messages_conversation ON messages(conversation_id, id);
