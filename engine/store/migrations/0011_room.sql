-- Texts stand once, in pages, and compressed; passages are places in them.

-- What the texts have in common; see engine/store/dictionary.py. The one with the highest number
-- packs; id is the number that zstd writes into what it packs.
CREATE TABLE dictionaries (
    id INTEGER PRIMARY KEY,
    number INTEGER NOT NULL,
    learnt_from INTEGER NOT NULL,       -- bytes of packed texts
    data BLOB NOT NULL
);

-- Blocks of texts; see engine/store/texts.py. id is (page << 20) + place in the page.
CREATE TABLE texts (
    id INTEGER PRIMARY KEY,
    text BLOB NOT NULL
);

-- Heading paths of passages, each once in a document. id is (document << 24) + place, from 1.
CREATE TABLE headings (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL
);

-- Numbers are never used again, so that a citation in an old conversation cannot come to
-- point at another passage.
CREATE TABLE spans (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,           -- place in the document, from 0
    page INTEGER NOT NULL,
    start INTEGER NOT NULL,             -- characters into the page's text
    "end" INTEGER NOT NULL,
    heading INTEGER NOT NULL,           -- place in the document's headings; 0 for none
    digest BLOB NOT NULL                -- of what was embedded; equal texts are embedded once
);

ALTER TABLE pages ADD COLUMN length INTEGER NOT NULL DEFAULT 0; -- characters of its text

-- Here the texts are moved: engine/store/room.py.

-- The tables of before go, with their triggers and indexes.
DROP TABLE passages;
ALTER TABLE pages DROP COLUMN text;
CREATE UNIQUE INDEX spans_place ON spans(document_id, ordinal);
CREATE INDEX spans_digest ON spans(digest);

-- The word index reads the passages here, as everybody does.
CREATE VIEW passages AS SELECT
    id, document_id, ordinal, page, start, "end",
    (SELECT title FROM documents WHERE documents.id = document_id) AS title,
    coalesce((SELECT text FROM headings WHERE headings.id = (document_id << 24) + heading), '')
        AS heading,
    (SELECT span_text(pages.id, start, "end") FROM pages
        WHERE pages.document_id = spans.document_id AND pages.number = spans.page) AS text,
    digest,
    (SELECT label FROM pages
        WHERE pages.document_id = spans.document_id AND pages.number = spans.page) AS label
FROM spans;

CREATE TRIGGER spans_insert AFTER INSERT ON spans BEGIN
    INSERT INTO words(rowid, title, heading, text)
    SELECT id, title, heading, text FROM passages WHERE id = new.id;
END;
-- Before the place goes, and before its page does: words are taken out by their text.
CREATE TRIGGER spans_delete BEFORE DELETE ON spans BEGIN
    INSERT INTO words(words, rowid, title, heading, text)
    SELECT 'delete', id, title, heading, text FROM passages WHERE id = old.id;
END;
CREATE TRIGGER documents_delete BEFORE DELETE ON documents BEGIN
    DELETE FROM spans WHERE document_id = old.id;
    DELETE FROM headings WHERE id > old.id << 24 AND id < (old.id + 1) << 24;
END;
CREATE TRIGGER pages_delete AFTER DELETE ON pages BEGIN
    DELETE FROM texts WHERE id >= old.id << 20 AND id < (old.id + 1) << 20;
END;
CREATE TRIGGER title_before BEFORE UPDATE OF title ON documents WHEN old.title <> new.title BEGIN
    INSERT INTO words(words, rowid, title, heading, text)
    SELECT 'delete', id, title, heading, text FROM passages WHERE document_id = old.id;
END;
CREATE TRIGGER title_after AFTER UPDATE OF title ON documents WHEN old.title <> new.title BEGIN
    INSERT INTO words(rowid, title, heading, text)
    SELECT id, title, heading, text FROM passages WHERE document_id = new.id;
END;

-- Indexes that were wide, or that nothing needs.
DROP INDEX documents_passage_tokens;
DROP INDEX documents_library;
CREATE INDEX documents_library ON documents(library_id);
DROP INDEX documents_sha256;
CREATE INDEX documents_sha256 ON documents(substr(sha256, 1, 6));
