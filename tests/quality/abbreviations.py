"""Questions that use only an abbreviation, against texts that use only what it stands for.

Questions and answers of MedQuAD about something that the list of medical abbreviations names: in
the question its name becomes the abbreviation, from the answer the abbreviation is taken out. The
glossary is the whole list, imported as a user would; other texts stand between.
"""

import gzip
import json
import re
from collections import defaultdict
from pathlib import Path

from engine.evaluate import metrics
from engine.retrieve.retrieve import Retriever
from engine.store.glossary import Glossary
from tests.quality import data
from tests.quality.data import Corpus, Query
from tests.quality.workplace import Workplace

LIBRARY = "Documents"
OTHERS = 300
"""Texts about other things."""
LONGEST = 1500
"""Characters of a text that are kept: its beginning."""
QUESTIONS = 200


def run(place: Workplace) -> None:
    listed = (data.folder("finetune") / "medical_abbreviations" / "abbreviations.csv").read_text(
        "utf-8-sig"
    )
    made = corpus(listed)
    queries = place.cut(made.queries)
    embedder = place.embedder()
    with place.vault("abbreviations") as vault:
        place.add(vault, embedder, [data.write(made, place.folder / "corpora" / "abbreviations")])
        retriever = Retriever(vault, embedder)
        for way in ("without a glossary", "with the glossary"):
            if way == "with the glossary":
                usable = [line for line in listed.splitlines() if re.match(r"[^,]+,[^,]", line)]
                Glossary(vault).import_csv(LIBRARY, "\n".join(usable))
            found = [
                [Path(hit.passage.path).name for hit in retriever.search(query.text).hits]
                for query in queries
            ]
            for most in (1, 5):
                values = [
                    metrics.hit_at(ranking, query.relevant, most)
                    for ranking, query in zip(found, queries, strict=True)
                ]
                place.record.mean("retrieval", "abbreviations", f"hit@{most} {way}", values)


def corpus(listed: str) -> Corpus:
    """Every name that the list abbreviates once or more, with its texts among others."""
    short: dict[str, str] = {}
    for line in listed.splitlines()[1:]:
        term, _, rest = line.partition(",")
        meaning = rest.split(",")[0].strip()
        if len(meaning.split()) > 1 and re.fullmatch(r"[A-Z][A-Za-z0-9-]{1,7}", term):
            short.setdefault(meaning.casefold(), term)
    path = data.folder("medquad") / "medquad_qa.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    documents: dict[str, str] = {}
    queries: list[Query] = []
    asked: dict[str, int] = defaultdict(int)
    for number, row in enumerate(data.chosen(rows, len(rows), lambda row: json.dumps(row))):
        question, answer = str(row["question"]), str(row["answer"] or "")
        name = next((each for each in short if each in question.casefold()), "")
        if not answer or (not name and len(documents) > OTHERS + len(queries)):
            continue
        if name and (asked[name] >= 1 or len(queries) >= QUESTIONS):
            continue
        file = f"text-{number:05d}.md"
        if name:
            asked[name] += 1
            term = short[name]
            answer = re.sub(rf"\(?\b{re.escape(term)}s?\b\)?", "", answer)
            asks = re.sub(re.escape(name), term, question, flags=re.IGNORECASE)
            asks = re.sub(rf"\({re.escape(term)}\)", "", asks)
            queries.append(Query(file, asks, name, {file: 1.0}))
        documents[file] = data._plain(answer[:LONGEST]) + "\n"
    return Corpus(documents, queries)
