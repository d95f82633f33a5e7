-- How the vectors of a set are stored: 'float32', or 'int8' with the signs beside it for searching
-- large sets. Sets of before are exchanged for int8 ones without embedding anything.
ALTER TABLE vector_sets ADD COLUMN storage TEXT NOT NULL DEFAULT 'float32';

-- How long the passages of a document are, in tokens of the encoder.
ALTER TABLE documents ADD COLUMN passage_tokens INTEGER NOT NULL DEFAULT 130;
CREATE INDEX documents_passage_tokens ON documents(passage_tokens);

-- What holds for the whole vault: the encoder that serves, the length of passages, and the change
-- of either that is under way.
CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
