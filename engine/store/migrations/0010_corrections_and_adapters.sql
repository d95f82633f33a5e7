-- What the user wrote in place of an answer.
CREATE TABLE corrections (
    message_id INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    corrected_at REAL NOT NULL
);

-- The adapters a conversation is held with, as a JSON list of file and strength; empty for those
-- that its model is always used with.
ALTER TABLE conversations ADD COLUMN adapters TEXT NOT NULL DEFAULT '';
