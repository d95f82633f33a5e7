"""The data that is measured on: found through ``ALCOVE_DATA``, read, and laid out as files."""

import gzip
import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class MissingDataError(Exception):
    """A data set is not where it is looked for."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question with what is right for it."""

    id: str
    text: str
    group: str
    """Its article, or its own id."""
    relevant: dict[str, float]
    """Gain by document name."""
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Corpus:
    documents: dict[str, str]
    """Markdown by document name."""
    queries: list[Query]
    chosen_on: frozenset[str] = frozenset()
    """Groups that retrieval's parameters were chosen on; the others are held out."""


def folder(name: str) -> Path:
    """A data set's folder. Raises MissingDataError."""
    root = Path(os.environ.get("ALCOVE_DATA", ROOT.parent / "shared" / "data"))
    if not (root / name).is_dir():
        raise MissingDataError(
            f"There is no data set {name} in {root}. Set ALCOVE_DATA to the folder that holds it."
        )
    return root / name


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def chosen(items: Sequence[Any], count: int, key: Any) -> list[Any]:
    """``count`` of the items, always the same ones, without order or favour."""
    return sorted(items, key=lambda item: hashlib.sha256(key(item).encode()).digest())[:count]


def squad() -> Corpus:
    """SQuAD v1.1: one document a paragraph, titled with its article; all questions."""
    documents: dict[str, str] = {}
    queries: list[Query] = []
    for article in _json(folder("squad") / "dev-v1.1.json")["data"]:
        title = article["title"].replace("_", " ")
        for number, paragraph in enumerate(article["paragraphs"]):
            name = f"{_safe(article['title'])}-{number:03d}.md"
            documents[name] = f"# {title}\n\n{_plain(paragraph['context'])}\n"
            queries += [
                Query(
                    question["id"],
                    question["question"].strip(),
                    article["title"],
                    {name: 1.0},
                    tuple(answer["text"] for answer in question["answers"]),
                )
                for question in paragraph["qas"]
            ]
    articles = sorted({query.group.replace("_", " ") for query in queries})
    return Corpus(documents, queries, chosen_on=frozenset(articles[::2]))


def xquad(language: str) -> Corpus:
    """XQuAD in one language (``de``, ``en``, ``zh``): one document a paragraph, without a title."""
    documents: dict[str, str] = {}
    queries: list[Query] = []
    for article in _json(folder("xquad") / f"xquad.{language}.json")["data"]:
        for number, paragraph in enumerate(article["paragraphs"]):
            name = f"{_safe(article['title'])}-{number:03d}.md"
            documents[name] = f"{_plain(paragraph['context'])}\n"
            queries += [
                Query(each["id"], each["question"].strip(), article["title"], {name: 1.0})
                for each in paragraph["qas"]
            ]
    return Corpus(documents, queries)


def squad_unanswerable() -> list[Query]:
    """Questions of SQuAD v2.0 that their paragraph does not answer."""
    return [
        Query(question["id"], question["question"].strip(), article["title"], {})
        for article in _json(folder("squad") / "dev-v2.0.json")["data"]
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
        if question["is_impossible"]
    ]


def squad_articles() -> dict[str, list[tuple[str, str]]]:
    """Names and texts of the paragraphs of SQuAD v1.1 by article, as :func:`squad` names them."""
    return {
        article["title"]: [
            (f"{_safe(article['title'])}-{number:03d}.md", " ".join(paragraph["context"].split()))
            for number, paragraph in enumerate(article["paragraphs"])
        ]
        for article in _json(folder("squad") / "dev-v1.1.json")["data"]
    }


def squad_unanswerable_of() -> dict[str, list[str]]:
    """Questions of SQuAD v2.0 without an answer, by the paragraph of v1.1 that they are about."""
    names = {said: name for some in squad_articles().values() for name, said in some}
    found: dict[str, list[str]] = {}
    for article in _json(folder("squad") / "dev-v2.0.json")["data"]:
        for paragraph in article["paragraphs"]:
            name = names.get(" ".join(paragraph["context"].split()))
            asked = [each["question"].strip() for each in paragraph["qas"] if each["is_impossible"]]
            if name is not None and asked:
                found[name] = asked
    return found


def scifact() -> Corpus:
    """SciFact's abstracts and the claims of its development set with their judgements.

    All of them are held out: retrieval was chosen on the claims of the training set.
    """
    where = folder("scifact")
    documents = {
        f"{row['_id']}.md": f"# {_plain(row['title'])}\n\n{_plain(row['text'])}\n"
        for row in json_lines(where / "corpus.jsonl")
    }
    relevant: dict[str, dict[str, float]] = {}
    for line in (where / "qrels_dev.tsv").read_text().splitlines()[1:]:
        query, document, gain = line.split("\t")
        relevant.setdefault(query, {})[f"{document}.md"] = float(gain)
    queries = [
        Query(row["_id"], row["text"], row["_id"], relevant[row["_id"]])
        for row in json_lines(where / "claims_dev.jsonl")
        if row["_id"] in relevant
    ]
    return Corpus(documents, queries)


def cranfield() -> Corpus:
    """Cranfield's abstracts and queries; even query numbers were chosen on, odd ones held out.

    Each query's source document counts as the most relevant one.
    """
    where = folder("cranfield")
    documents = {
        f"{row['_id']}.md": f"# {_plain(row['title'])}\n\n{_plain(row['text'])}\n"
        for row in json_lines(where / "corpus.jsonl")
        if row["text"].strip()
    }
    relevant: dict[str, dict[str, float]] = {}
    for line in (where / "qrels_with_source.tsv").read_text().splitlines()[1:]:
        query, document, gain = line.split("\t")
        if float(gain) > 0:
            relevant.setdefault(query, {})[f"{document}.md"] = float(gain)
    queries = [
        Query(row["_id"], row["text"], row["_id"], relevant[row["_id"]])
        for row in json_lines(where / "queries.jsonl")
        if row["_id"] in relevant
    ]
    return Corpus(documents, queries, frozenset(q.id for q in queries if int(q.id) % 2 == 0))


def handbook() -> tuple[list[Path], list[tuple[str, set[tuple[str, int]], str]]]:
    """Real office PDFs, and (question, cited (file, page)s, written answer) for each question."""
    where = folder("company_handbook")
    questions = []
    for row in json_lines(where / "ground_truth.jsonl"):
        cited = re.findall(r"\[([^\]]+?\.pdf)#page=(\d+)\]", row["truth"])
        answer = re.sub(r"\s*\[[^\]]*#page=\d+\]", "", row["truth"])
        questions.append((row["question"], {(name, int(page)) for name, page in cited}, answer))
    return sorted((where / "docs").glob("*.pdf")), questions


def contracts(count: int) -> list[tuple[Path, list[dict[str, Any]]]]:
    """Contracts, shortest first, each with its clause questions; ``absent`` ones have none."""
    where = folder("contracts")
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in json_lines(where / "questions.jsonl"):
        rows.setdefault(row["file"], []).append(row)
    files = sorted((where / "txt" / name for name in rows), key=lambda path: path.stat().st_size)
    return [(path, rows[path.name]) for path in files[5 : 5 + count]]


def medquad(target: Path) -> list[Path]:
    """Medical questions with their answers, laid out as one text file each."""
    target.mkdir(parents=True, exist_ok=True)
    files = []
    with gzip.open(folder("medquad") / "medquad_qa.jsonl.gz", "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            path = target / f"{number:05d}.txt"
            if not path.exists():
                path.write_text(f"{row['question']}\n\n{row['answer']}\n", encoding="utf-8")
            files.append(path)
    return files


def write(corpus: Corpus, target: Path) -> Path:
    """Lay the documents out as files; files that are there already with that text stay."""
    target.mkdir(parents=True, exist_ok=True)
    for name, text in corpus.documents.items():
        path = target / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    return target


def _safe(title: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-")


def _plain(text: str) -> str:
    """Text that Markdown leaves as it is: its marks are escaped, line breaks folded."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&!+-])", r"\\\1", " ".join(text.split()))
