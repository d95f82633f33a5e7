-- Numbers that every search needs and that would take long to count in a large vault: how many
-- passages there are, how often a vector was stored after those of newer passages, and how often
-- documents changed what filters ask for.
CREATE TABLE tallies (
    name TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO tallies(name, number) SELECT 'passages', count(*) FROM spans;
INSERT INTO tallies(name, number) VALUES ('late vectors', 0), ('documents', 0);

CREATE TRIGGER tallies_insert AFTER INSERT ON spans BEGIN
    UPDATE tallies SET number = number + 1 WHERE name = 'passages';
END;
CREATE TRIGGER tallies_delete AFTER DELETE ON spans BEGIN
    UPDATE tallies SET number = number - 1 WHERE name = 'passages';
END;
CREATE TRIGGER tallies_documents AFTER UPDATE OF library_id, type, mtime_ns, state, path
ON documents BEGIN
    UPDATE tallies SET number = number + 1 WHERE name = 'documents';
END;
