-- Words and rows that take less room.

-- A heading path that begins with the document's title stands here without it, as a BLOB.
UPDATE headings SET text = CAST(substr(text, length(title) + 1) AS BLOB)
FROM documents WHERE documents.id = headings.id >> 24 AND title <> ''
AND (text = title OR substr(text, 1, length(title) + 3) = title || ' › ');

DROP TABLE vocabulary;
DROP TABLE words;
DROP VIEW passages;

CREATE VIEW passages AS SELECT
    id, document_id, ordinal, page, start, "end",
    (SELECT title FROM documents WHERE documents.id = document_id) AS title,
    coalesce((SELECT iif(typeof(headings.text) = 'blob',
            (SELECT title FROM documents WHERE documents.id = document_id)
            || CAST(headings.text AS TEXT), headings.text)
        FROM headings WHERE headings.id = (document_id << 24) + heading), '') AS heading,
    (SELECT span_text(pages.id, start, "end") FROM pages
        WHERE pages.document_id = spans.document_id AND pages.number = spans.page) AS text,
    digest,
    (SELECT label FROM pages
        WHERE pages.document_id = spans.document_id AND pages.number = spans.page) AS label
FROM spans;

-- What the word index reads: the title once, and not again at the beginning of the heading.
CREATE VIEW passage_words AS SELECT
    id, text, title,
    CASE
        WHEN heading = title THEN ''
        WHEN title <> '' AND substr(heading, 1, length(title) + 3) = title || ' › '
            THEN substr(heading, length(title) + 4)
        ELSE heading
    END AS heading
FROM passages;

-- The text comes first: FTS5 spends two bytes for every word and passage on naming another column.
CREATE VIRTUAL TABLE words USING fts5(
    text, title, heading,
    content = 'passage_words', content_rowid = 'id',
    tokenize = 'alcove'
);
INSERT INTO words(words) VALUES ('rebuild');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'row');

DROP TRIGGER spans_insert;
DROP TRIGGER spans_delete;
DROP TRIGGER title_before;
DROP TRIGGER title_after;
CREATE TRIGGER spans_insert AFTER INSERT ON spans BEGIN
    INSERT INTO words(rowid, text, title, heading)
    SELECT id, text, title, heading FROM passage_words WHERE id = new.id;
END;
-- Before the place goes, and before its page does: words are taken out by their text.
CREATE TRIGGER spans_delete BEFORE DELETE ON spans BEGIN
    INSERT INTO words(words, rowid, text, title, heading)
    SELECT 'delete', id, text, title, heading FROM passage_words WHERE id = old.id;
END;
CREATE TRIGGER title_before BEFORE UPDATE OF title ON documents WHEN old.title <> new.title BEGIN
    INSERT INTO words(words, rowid, text, title, heading)
    SELECT 'delete', id, text, title, heading FROM passage_words
    WHERE id IN (SELECT id FROM spans WHERE document_id = old.id);
END;
-- The headings stay what they were under another title.
CREATE TRIGGER title_headings AFTER UPDATE OF title ON documents WHEN old.title <> new.title BEGIN
    UPDATE headings SET text = old.title || CAST(text AS TEXT)
    WHERE id > old.id << 24 AND id < (old.id + 1) << 24 AND typeof(text) = 'blob';
    INSERT INTO words(rowid, text, title, heading)
    SELECT id, text, title, heading FROM passage_words
    WHERE id IN (SELECT id FROM spans WHERE document_id = new.id);
END;

-- The beginning of a name is enough to find it.
DROP INDEX spans_digest;
CREATE INDEX spans_digest ON spans(substr(digest, 1, 5));

-- The path stands once instead of twice; there are few libraries, and they are seldom removed.
CREATE TABLE added (
    path TEXT PRIMARY KEY,
    library_id INTEGER NOT NULL REFERENCES libraries(id) ON DELETE CASCADE,
    is_folder INTEGER NOT NULL,
    added_at REAL NOT NULL,
    mounts TEXT NOT NULL DEFAULT '[]'
) WITHOUT ROWID;
INSERT INTO added(path, library_id, is_folder, added_at, mounts)
    SELECT path, library_id, is_folder, added_at, mounts FROM roots;
DROP TABLE roots;
ALTER TABLE added RENAME TO roots;
