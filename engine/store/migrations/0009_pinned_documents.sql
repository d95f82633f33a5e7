-- Documents that the user keeps before the model in a conversation, in the order they were pinned.
-- Named by path: a document that is read anew stays pinned.
CREATE TABLE pinned_documents (
    conversation_id INTEGER NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, path)
) WITHOUT ROWID;
