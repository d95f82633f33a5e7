-- What the user thought of an answer.
CREATE TABLE ratings (
    message_id INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
    up INTEGER NOT NULL,
    rated_at REAL NOT NULL
);

-- Evaluations with everything that is needed to repeat them; finished_at is NULL while one runs or
-- after it was interrupted.
CREATE TABLE evaluations (
    id INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    setting TEXT NOT NULL,
    questions TEXT NOT NULL,
    started_at REAL NOT NULL,
    finished_at REAL,
    report TEXT NOT NULL DEFAULT ''
);

-- Each result as soon as it is there, so that an interrupted evaluation goes on.
CREATE TABLE evaluation_results (
    evaluation_id INTEGER NOT NULL REFERENCES evaluations(id) ON DELETE CASCADE,
    question TEXT NOT NULL,
    mode TEXT NOT NULL,
    result TEXT NOT NULL,
    PRIMARY KEY (evaluation_id, question, mode)
) WITHOUT ROWID;

-- How sure an answer must be, fitted on a library for one model and one sentence encoder.
CREATE TABLE calibrations (
    library TEXT NOT NULL,
    model TEXT NOT NULL,
    embedder TEXT NOT NULL,
    fitted TEXT NOT NULL,
    fitted_at REAL NOT NULL,
    PRIMARY KEY (library, model, embedder)
) WITHOUT ROWID;
