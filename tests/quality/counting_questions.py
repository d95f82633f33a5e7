"""Questions about the tables of :mod:`counting_tables`, answers computed in plain Python.

Written before they were first asked. Every other one may be looked at; the rest are only counted.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.quality.counting_tables import Row


@dataclass(frozen=True, slots=True)
class Asked:
    question: str
    table: str
    expected: Callable[[Sequence[Row]], Any]
    """A number or text; a dict for groups; a set of texts or numbers where several are right."""


def count(**where: Any) -> Callable[[Sequence[Row]], int]:
    return lambda rows: len(only(rows, where))


def only(rows: Sequence[Row], where: dict[str, Any]) -> list[Row]:
    names = {name.replace("_", " ").casefold(): value for name, value in where.items()}
    return [
        row
        for row in rows
        if all(
            str(row[column]) == str(names[_plain(column)])
            for column in row
            if _plain(column) in names
        )
    ]


def _plain(column: str) -> str:
    return column.partition(" (")[0].replace("_", " ").casefold()


def total(column: str, **where: Any) -> Callable[[Sequence[Row]], float]:
    return lambda rows: sum(number(row[column]) for row in only(rows, where))


def mean(column: str, **where: Any) -> Callable[[Sequence[Row]], float]:
    def computed(rows: Sequence[Row]) -> float:
        found = [number(row[column]) for row in only(rows, where)]
        return sum(found) / len(found)

    return computed


def number(value: Any) -> float:
    return float(str(value).replace("€", "").strip())


def best(column: str, told: str, *, least: bool = False, **where: Any) -> Callable[..., Any]:
    """The values of ``told`` in the rows with the greatest value."""

    def computed(rows: Sequence[Row]) -> set[Any]:
        rows = [row for row in only(rows, where) if row[column] != ""]
        is_text = isinstance(rows[0][column], str) and "€" not in rows[0][column]
        values = [row[column] if is_text else number(row[column]) for row in rows]
        most = min(values) if least else max(values)
        found = {row[told] for row, value in zip(rows, values, strict=True) if value == most}
        return {number(each) if str(each).startswith("€") else each for each in found}

    return computed


def between(column: str, first: str, last: str, **where: Any) -> Callable[[Sequence[Row]], int]:
    return lambda rows: sum(first <= row[column] <= last for row in only(rows, where))


def groups(by: str, column: str = "", *, average: bool = False) -> Callable[..., dict[str, float]]:
    def computed(rows: Sequence[Row]) -> dict[str, float]:
        if not column:
            return dict(Counter(row[by] for row in rows))
        found: dict[str, list[float]] = defaultdict(list)
        for row in rows:
            found[row[by]].append(number(row[column]))
        return {
            name: sum(values) / (len(values) if average else 1) for name, values in found.items()
        }

    return computed


def most(
    by: str, column: str = "", *, average: bool = False, least: bool = False, **where: Any
) -> Any:
    def computed(rows: Sequence[Row]) -> set[str]:
        made = groups(by, column, average=average)(only(rows, where))
        top = (min if least else max)(made.values())
        return {name for name, value in made.items() if value == top}

    return computed


def size(test: Callable[[Row], bool]) -> Callable[[Sequence[Row]], int]:
    return lambda rows: sum(map(test, rows))


VISITS = [
    Asked("How many visits were there altogether?", "visits", count()),
    Asked("How many dogs came in?", "visits", count(Species="dog")),
    Asked("number of vaccinations", "visits", count(Reason="vaccination")),
    Asked("How many times was Bella here?", "visits", count(Pet="Bella")),
    Asked("How many visits did Dr. Okafor handle?", "visits", count(Vet="Dr. Tom Okafor")),
    Asked("What did we earn in fees in total?", "visits", total("Fee (EUR)")),
    Asked("How much did the surgeries bring in?", "visits", total("Fee (EUR)", Reason="surgery")),
    Asked("What is the avarage fee for a dental cleaning?", "visits",
          mean("Fee (EUR)", Reason="dental cleaning")),
    Asked("On average, how heavy are the cats?", "visits", mean("Weight (kg)", Species="cat")),
    Asked("Which pet was the heaviest?", "visits", best("Weight (kg)", "Pet")),
    Asked("What was the highest fee Dr. Fuchs charged?", "visits",
          best("Fee (EUR)", "Fee (EUR)", Vet="Dr. Lena Fuchs")),
    Asked("When was the most recent visit?", "visits", best("Date", "Date")),
    Asked("Who owns the animal of the latest surgery?", "visits",
          best("Date", "Owner", Reason="surgery")),
    Asked("How many visits between 1 March 2025 and 30 April 2025?", "visits",
          between("Date", "2025-03-01", "2025-04-30")),
    Asked("How many cats were seen in June 2025?", "visits",
          between("Date", "2025-06-01", "2025-06-30", Species="cat")),
    Asked("How many visits per species?", "visits", groups("Species")),
    Asked("Average fee by vet", "visits", groups("Vet", "Fee (EUR)", average=True)),
    Asked("Which vet had the most visits?", "visits", most("Vet")),
    Asked("How many vists have no next appointment?", "visits",
          size(lambda row: not row["Next appointment"])),
    Asked("how many of the dogs are insured", "visits", count(Species="dog", Insured="yes")),
    Asked("Count the visits that cost more than 300 euros.", "visits",
          size(lambda row: row["Fee (EUR)"] > 300)),
    Asked("How many animals lighter than 5 kg came for a check-up?", "visits",
          size(lambda row: row["Weight (kg)"] < 5 and row["Reason"] == "check-up")),
    Asked("How many different owners are there?", "visits",
          lambda rows: len({row["Owner"] for row in rows})),
]  # fmt: skip

LOANS = [
    Asked("How many loans are recorded?", "loans", count()),
    Asked("How many books were lent at Riverside?", "loans", count(branch="Riverside")),
    Asked("How many crime books did students borrow?", "loans",
          count(genre="Crime", reader_type="student")),
    Asked("Total fines at the Old Mill branch", "loans", total("fine", branch="Old Mill")),
    Asked("What is the sum of all fines?", "loans", total("fine")),
    Asked("How many loans were there in 2024?", "loans",
          between("borrowed_on", "2024-01-01", "2024-12-31")),
    Asked("How many travel books were borrowed in the first quarter of 2025?", "loans",
          between("borrowed_on", "2025-01-01", "2025-03-31", genre="Travel")),
    Asked("Which branch lent the most books?", "loans", most("branch")),
    Asked("Which genre is least popular?", "loans", most("genre", least=True)),
    Asked("Number of loans per genre", "loans", groups("genre")),
    Asked("sum of fines by reader type", "loans", groups("reader_type", "fine")),
    Asked("Average number of pages of cooking books", "loans", mean("pages", genre="Cooking")),
    Asked("How many books have not been returned?", "loans",
          size(lambda row: not row["returned_on"])),
    Asked("How many loans were more than 10 days late?", "loans",
          size(lambda row: row["days_late"] > 10)),
    Asked("How many laons were renewed twice?", "loans", count(renewals=2)),
    Asked("What is the longest delay in days?", "loans", best("days_late", "days_late")),
    Asked("How many loans since the beginning of 2026?", "loans",
          between("borrowed_on", "2026-01-01", "9999")),
    Asked("How many loans at Hilltop before 2024?", "loans",
          between("borrowed_on", "0000", "2023-12-31", branch="Hilltop")),
    Asked("Which reader type pays the highest fines on average?", "loans",
          most("reader_type", "fine", average=True)),
    Asked("How many loans were made by children or seniors?", "loans",
          size(lambda row: row["reader_type"] in ("child", "senior"))),
    Asked("How many loans were not at Main Street?", "loans",
          size(lambda row: row["branch"] != "Main Street")),
    Asked("How many books longer than 500 pages were borrowed at Riverside?", "loans",
          size(lambda row: row["pages"] > 500 and row["branch"] == "Riverside")),
]  # fmt: skip

PRICES = [
    Asked("What is the cheapest boat per hour?", "prices",
          best("Price per hour", "Item", least=True)),
    Asked("What is the most expensive thing to rent for a day?", "prices",
          best("Price per day", "Item")),
    Asked("How many items need a licence?", "prices", count(Licence_needed="yes")),
    Asked("How many items can be rented without a licence?", "prices", count(Licence_needed="no")),
    Asked("Average hourly price of paddling items", "prices",
          mean("Price per hour", Category="Paddling")),
    Asked("How many items are in each category?", "prices", groups("Category")),
    Asked("What is the higest deposit?", "prices",
          lambda rows: max(number(row["Deposit"]) for row in rows)),
    Asked("Which item is the longest?", "prices", best("Length (m)", "Item")),
    Asked("How many boats have at least 4 seats?", "prices", size(lambda row: row["Seats"] >= 4)),
    Asked("How many seats do all sailing boats have together?", "prices",
          total("Seats", Category="Sailing")),
    Asked("How many items cost less than 20 euros an hour?", "prices",
          size(lambda row: number(row["Price per hour"]) < 20)),
    Asked("What is the oldest item in service?", "prices",
          best("In service since", "Item", least=True)),
    Asked("How many items have been in service since before 2015?", "prices",
          size(lambda row: row["In service since"] < 2015)),
    Asked("Which motor boat has the lowest daily price?", "prices",
          best("Price per day", "Item", least=True, Category="Motor")),
    Asked("What is the average lenght of the catamarans?", "prices",
          lambda rows: mean("Length (m)")([r for r in rows if r["Item"].startswith("Catamaran")])),
]  # fmt: skip

QUESTIONS = [*VISITS, *LOANS, *PRICES]

NOT_THERE = (
    "What does a speedboat cost?",
    "What is the price of a jet ski per hour?",
    "How much is a houseboat for a day?",
    "How much does a submarine cost in total?",
    "How many hamsters came in?",
    "What is the average fee of Dr. Watson?",
    "How many philosophy books were lent?",
    "What was the total fine at the Airport branch?",
)
"""Things that the tables do not hold: never to be answered with a number, "nothing" or "none"."""
