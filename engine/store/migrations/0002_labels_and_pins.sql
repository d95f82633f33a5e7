-- What a reader calls a page where that is not its number: a slide, a sheet, a message.
ALTER TABLE pages ADD COLUMN label TEXT NOT NULL DEFAULT '';

-- What was left out of a document or had to be guessed, in words.
ALTER TABLE documents ADD COLUMN note TEXT NOT NULL DEFAULT '';

-- Files inside files (attachments, members of archives) are documents of their own that go with
-- the file they lie in.
ALTER TABLE documents ADD COLUMN parent_id INTEGER REFERENCES documents(id) ON DELETE CASCADE;
CREATE INDEX documents_parent ON documents(parent_id) WHERE parent_id IS NOT NULL;

-- Pinned turns stay in the model's context when a conversation grows past it.
ALTER TABLE messages ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;

-- The chat model that a conversation is held with; empty takes the default.
ALTER TABLE conversations ADD COLUMN model TEXT NOT NULL DEFAULT '';
