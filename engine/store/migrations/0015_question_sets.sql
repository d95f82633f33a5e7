-- Sets of questions to measure with. A set that was asked is frozen: sha256 is of its questions.
CREATE TABLE question_sets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    origin TEXT NOT NULL,
    library TEXT NOT NULL DEFAULT '',
    questions TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    made_at REAL NOT NULL,
    frozen_at REAL
);

-- Which of two answers someone liked better who did not know where they came from; '' for neither.
CREATE TABLE preferences (
    evaluation_id INTEGER NOT NULL REFERENCES evaluations(id) ON DELETE CASCADE,
    question TEXT NOT NULL,
    first TEXT NOT NULL,
    second TEXT NOT NULL,
    preferred TEXT NOT NULL,
    judged_at REAL NOT NULL,
    PRIMARY KEY (evaluation_id, question, first, second)
) WITHOUT ROWID;
