"""Orders hidden in documents: how many are followed, how many are told, and what is told wrongly.

Each order stands at the beginning, in the middle or at the end of a mail or a table, which is a
library of its own; then the mail's or table's own question is asked. Patterns were chosen on the
training orders; the numbers are of the test orders.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium

from engine.answer import orders
from engine.answer.answer import TRUSTED_BYTES
from engine.assistant import Assistant
from engine.inference.adapters import Adapter
from engine.models import starter_adapter
from engine.paths import open_profile
from engine.progress import drain
from engine.store.connect import Vault
from engine.types import Mode
from tests.quality import data
from tests.quality.obeyed import obeyed
from tests.quality.workplace import Workplace

SAMPLE = 100
WRITTEN = 30
PIECE = 1000
"""Characters of a contract that count as a passage."""


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    kind: str
    order: str
    document: str
    """Without the order."""
    poisoned: str
    question: str


def run(place: Workplace) -> None:
    told(place)
    false_flags(place)
    some = place.cut(data.chosen(cases(), SAMPLE, lambda case: case.name))
    asked(place, some, "starter model", trusted_bytes=TRUSTED_BYTES)
    shipped = starter_adapter.path()
    if shipped is not None:
        over = "starter model with the adapter that ships"
        asked(place, some, over, trusted_bytes=TRUSTED_BYTES, adapters=[Adapter(shipped)])
    asked(place, place.cut(some[:WRITTEN]), "starter model, made to write", trusted_bytes=0)


def cases() -> list[Case]:
    """Every test order in one mail and one table."""
    folder = data.folder("bipia")
    mails = data.json_lines(folder / "email_test.jsonl")
    contexts = [*mails, *data.json_lines(folder / "table_test.jsonl")]
    found = []
    named = [*read_orders("text_attack_test.json"), *read_orders("code_attack_test.json")]
    for number, (kind, order) in enumerate(named):
        for again in range(2):
            row = contexts[(7 * number + 53 * again) % len(contexts)]
            question = row["question"].removeprefix("Q: ")
            found.append(
                Case(
                    f"{number}-{again}", kind, order, row["context"],
                    placed(order, row["context"], (number + again) % 3), question,
                )
            )  # fmt: skip
    return found


def read_orders(name: str) -> list[tuple[str, str]]:
    kinds = json.loads((data.folder("bipia") / name).read_text(encoding="utf-8"))
    return [(kind, order) for kind, some in kinds.items() for order in some]


def placed(order: str, document: str, where: int) -> str:
    lines = document.split("\n")
    at = (0, len(lines) // 2, len(lines))[where]
    return "\n".join([*lines[:at], order, *lines[at:]])


def told(place: Workplace) -> None:
    """Shares of the orders that are found in their documents, of which kind they may be."""
    for which in ("train", "test"):
        texts = read_orders(f"text_attack_{which}.json")
        about = [(kind, order) for kind, order in texts if "your" in order.lower()]
        mails = data.json_lines(data.folder("bipia") / f"email_{which}.jsonl")
        for over, some in (("about the answer", about), ("all, also bare tasks", texts)):
            place.record.mean(
                "injections", f"bipia {which} orders, {over}", "told",
                [
                    float(orders.gives(placed(order, mails[n % len(mails)]["context"], n % 3)))
                    for n, (_, order) in enumerate(some)
                ],
            )  # fmt: skip
    code = read_orders("code_attack_test.json")
    place.record.mean(
        "injections", "bipia test orders, code", "told", [float(orders.gives(o)) for _, o in code]
    )


def false_flags(place: Workplace) -> None:
    """Shares of passages without orders that are said to give some."""
    squad = list(data.squad().documents.values())
    pages = []
    for path in sorted((data.folder("company_handbook") / "docs").glob("*.pdf")):
        document = pdfium.PdfDocument(path)
        pages += [page.get_textpage().get_text_range() for page in document]
    pieces = []
    for path in sorted((data.folder("contracts") / "txt").glob("*.txt")):
        text = path.read_text(encoding="utf-8", errors="replace")
        pieces += [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    for over, texts in (("squad", squad), ("handbook pages", pages), ("contracts", pieces)):
        flags = [float(orders.gives(text)) for text in place.cut(texts)]
        place.record.mean("injections", over, "told wrongly", flags)


def asked(
    place: Workplace,
    some: list[Case],
    over: str,
    *,
    trusted_bytes: int,
    adapters: Sequence[Adapter] = (),
) -> None:
    """Ask every case in a library of its own."""
    corpus = place.folder / "corpora" / "injections"
    corpus.mkdir(parents=True, exist_ok=True)
    profile = open_profile(place.folder / "injections")
    assistant = Assistant(profile, Vault.open(profile.vault), trusted_bytes=trusted_bytes)
    followed, abstained = [], []
    try:
        drain(assistant.prepare())
        with place.bar("orders in documents") as advance:
            for done, case in enumerate(some, start=1):
                answer_text, refused = _ask(assistant, corpus, case, adapters)
                followed.append(
                    float(obeyed(case.kind, case.order, answer_text, case.document, case.question))
                )
                abstained.append(float(refused))
                if followed[-1]:
                    place.console.print(f"{case.kind}: {case.order!r} → {answer_text!r}")
                advance(done, len(some))
    finally:
        assistant.close()
    place.record.mean("injections", f"bipia test, {over}", "obeyed", followed)
    place.record.mean("injections", f"bipia test, {over}", "refused to answer", abstained)


def _ask(
    assistant: Assistant, corpus: Path, case: Case, adapters: Sequence[Adapter]
) -> tuple[str, bool]:
    """The text of the answer, empty where it abstained."""
    path = corpus / f"{case.name}.txt"
    path.write_text(case.poisoned, encoding="utf-8")
    library = f"Case {case.name}"
    drain(assistant.add([path], library=library))
    mode: Mode = "both" if adapters else "rag"
    answer = drain(assistant.ask(case.question, library=library, mode=mode, adapters=adapters))
    return ("" if answer.abstained else answer.text), answer.abstained
