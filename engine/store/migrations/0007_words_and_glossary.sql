-- The word index in every language: its words are made by the tokenizer "alcove"
-- (engine/store/tokenizer.py), which every connection knows.
DROP TABLE vocabulary;
DROP TABLE words;
CREATE VIRTUAL TABLE words USING fts5(
    title, heading, text,
    content = 'passages', content_rowid = 'id',
    tokenize = 'alcove'
);
INSERT INTO words(words) VALUES ('rebuild');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'row');

-- What short forms and house terms mean, for each library. Found ones go with the document that
-- explains them, unless the user changed them; removed ones are remembered as not wanted.
CREATE TABLE glossary (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    library_id INTEGER NOT NULL REFERENCES libraries(id) ON DELETE CASCADE,
    term TEXT NOT NULL COLLATE NOCASE,
    meaning TEXT NOT NULL COLLATE NOCASE,
    kind TEXT NOT NULL CHECK (kind IN ('abbreviation', 'definition')),
    origin TEXT NOT NULL CHECK (origin IN ('found', 'user', 'removed')),
    UNIQUE (library_id, term, meaning)
);
CREATE INDEX glossary_term ON glossary(term);
CREATE INDEX glossary_meaning ON glossary(meaning);

-- Which documents explain a term; without one of them a found term goes.
CREATE TABLE glossary_places (
    glossary_id INTEGER NOT NULL REFERENCES glossary(id) ON DELETE CASCADE,
    document_id INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    PRIMARY KEY (glossary_id, document_id)
) WITHOUT ROWID;
CREATE INDEX glossary_places_document ON glossary_places(document_id);
CREATE TRIGGER glossary_places_gone AFTER DELETE ON glossary_places BEGIN
    DELETE FROM glossary WHERE id = old.glossary_id AND origin = 'found'
    AND NOT EXISTS (SELECT 1 FROM glossary_places WHERE glossary_id = old.glossary_id);
END;
