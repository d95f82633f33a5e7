"""The words with which people ask for counts, sums and extremes, and questions cut into words."""

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Literal

from engine.answer import text

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,]\d+)*|[€$£%]")
CAMEL = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])")

Aim = Literal["count", "sum", "avg", "extreme", "list"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question."""

    text: str
    """Lower case, without a possessive ``'s``."""
    stem: str
    start: int
    end: int


def words(question: str) -> list[Word]:
    """The words of a question, and currency and percent signs."""
    found = []
    for match in WORD.finditer(question):
        plain = match.group().lower().replace("’", "'")
        plain = plain.removesuffix("'s").removesuffix("'")
        found.append(Word(plain, stem(plain), match.start(), match.end()))
    return found


def stem(word: str) -> str:
    """A word without its ending; numbers in plain form."""
    if word[0].isdigit():
        return text.plain_number(word)
    return text.stem(IRREGULAR.get(word, word))


def title_words(title: str) -> list[Word]:
    """The words of a title or a name: ``unit_price`` and ``UnitPrice`` have two."""
    return words(CAMEL.sub(" ", title).replace("_", " "))


IRREGULAR = {
    "people": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "cities": "city",
    "countries": "country",
    "sold": "sell",
    "bought": "buy",
    "paid": "pay",
    "spent": "spend",
    "born": "birth",
    "staff": "employee",
    "employees": "employee",
    "hourly": "hour",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "yearly": "year",
    "annual": "year",
}

COUNT = re.compile(
    r"\b(?:how many|(?:total |overall )?number of|count(?: of| the| all)?|how often)\b", re.I
)
DISTINCT = re.compile(r"\b(?:different|distinct|unique|individual)\b", re.I)
AVERAGE = re.compile(r"\b(?:on average|average|mean|avg)\b", re.I)
SUM = re.compile(
    r"\b(?:in total|sum(?: total)?(?: of)?|total|altogether|overall|combined|how much|added up)\b",
    re.I,
)
LIST = re.compile(r"^\s*(?:please )?(?:list|show(?: me)?|give me|name|which|who|what are)\b", re.I)
WHICH = re.compile(r"\b(?:which|what|whose|who)\b", re.I)
PER = re.compile(r"\b(?:per|by|for each|for every|in each|of each|each|every|grouped by)\b", re.I)
UNANSWERED = re.compile(
    r"\b(?:why|median|percent of|percentage|share of|proportion|ratio|difference|compared?|trend|"
    r"correlation|standard deviation|growth|how (?:do|does|did|can|should) )\b",
    re.I,
)
"""What one such query does not answer."""

_UP = "highest largest biggest greatest maximum max most top best"
_DOWN = "lowest smallest minimum min least fewest worst"

SUPERLATIVES: dict[str, tuple[bool, str]] = {
    **dict.fromkeys(_UP.split(), (True, "")),
    **dict.fromkeys(_DOWN.split(), (False, "")),
    "most expensive": (True, "price"),
    "least expensive": (False, "price"),
    "cheapest": (False, "price"),
    "priciest": (True, "price"),
    "costliest": (True, "price"),
    "best paid": (True, "salary"),
    "heaviest": (True, "weight"),
    "lightest": (False, "weight"),
    "tallest": (True, "height"),
    "longest": (True, "length"),
    "shortest": (False, "length"),
    "farthest": (True, "distance"),
    "oldest": (True, "age"),
    "youngest": (False, "age"),
    "most recent": (True, "date"),
    "latest": (True, "date"),
    "newest": (True, "date"),
    "last": (True, "date"),
    "most recently": (True, "date"),
    "earliest": (False, "date"),
    "first": (False, "date"),
    "best rated": (True, "rating"),
    "highest rated": (True, "rating"),
    "lowest rated": (False, "rating"),
}
"""Word → whether the greatest value is meant, and of what kind of column (empty: as named)."""

SUPERLATIVE = re.compile(
    r"\b(?:" + "|".join(sorted(SUPERLATIVES, key=len, reverse=True)) + r")\b", re.I
)

EARNED = re.compile(
    r"\b(?:bring|brings|brought|bringing|take|takes|took|taken|come|comes|came) in\b|"
    r"\b(?:earn|earns|earned|in total|altogether|in all)\b",
    re.I,
)
"""Where "how much" asks for all together and not for the price of each."""

KINDS: dict[str, str] = {
    "price": "price cost expensive cheap pricey fee charge amount",
    "amount": "amount revenue turnover sale spend sum invoiced money earn pay cost worth value",
    "salary": "salary earn wage pay income paid",
    "quantity": "quantity qty unit piece pieces items sell",
    "age": "age old young older younger",
    "weight": "weight heavy weigh mass",
    "height": "height tall",
    "length": "length long duration hour minute",
    "distance": "distance far kilometre km mile",
    "rating": "rating rated score star",
    "date": "date day",
    "stock": "stock inventory",
}
"""Kind of column → words that mean it, the first being what titles mostly say."""

KIND_STEMS = {
    kind: frozenset(stem(word) for word in named.split()) for kind, named in KINDS.items()
}

HAPPENINGS = {
    "loan": "lent loaned borrowed", "rental": "rented hired", "sale": "sold bought",
    "purchase": "bought purchased", "order": "ordered", "booking": "booked",
    "visit": "visited seen", "delivery": "delivered", "shipment": "shipped sent",
    "repair": "repaired mended",
    "return": "returned", "payment": "paid", "inspection": "inspected checked",
}  # fmt: skip
"""What a row tells of → how that is said of what it was done to."""


def happened(question: str, names: Container[str]) -> re.Match[str] | None:
    """Where a question asks how often what the rows of a table tell of was done to something."""
    said_so = [
        verb for noun, verbs in HAPPENINGS.items() if stem(noun) in names for verb in verbs.split()
    ]
    done = r"\b(?:was|were|been|being|is|are|got) (?:\w+ )?(?:{})\b".format("|".join(said_so))
    return re.search(done, question, re.IGNORECASE) if said_so else None


UNITS = {
    "€": "€", "eur": "€", "euro": "€", "euros": "€", "$": "$", "usd": "$", "dollar": "$",
    "dollars": "$", "£": "£", "gbp": "£", "pound": "£", "pounds": "£", "%": "%", "percent": "%",
    "kg": "kg", "kilogram": "kg", "kilograms": "kg", "kilo": "kg", "kilos": "kg", "km": "km",
    "kilometres": "km", "kilometers": "km", "hours": "h", "hour": "h", "h": "h",
}  # fmt: skip

STRUCTURE = text.STOP_WORDS | text.word_set(
    "list show total overall sum number count average mean per by each every different distinct "
    "top most least more less over under above below between since before after until during row "
    "rows table data may"
)
"""Words that are taken for a value only where they are written with a capital."""

GENERIC = text.STOP_WORDS | text.word_set(
    """
    there list show give tell find name please all total overall altogether combined sum number
    count rows row entries entry records record items item table tables data file spreadsheet sheet
    database column columns value values figure figures listed exist exists contain contains
    currently now ever made make place placed come comes came take took taken work works working
    worked live lives living located based belong belongs sold sell buy bought pay paid cost costs
    spend spent use used go goes went people person persons thing things one ones who whose whom
    has have had having been being more most than less least over under above below between since
    before after until during only just average mean per by each every different distinct unique
    individual top highest lowest many much often amount earn earns made receive received issued
    worth added up together grouped within whole entire still already year month day our my
    close closed handle handled book booked record recorded register registered generate generated
    own owns owned need needed achieve achieved bring brought win won single both neither nor either
    in out
    seen see saw bring lend lent hire hired rent rented charged treated treat done get gets got
    where which is are equal equals exactly same his her employed called named marked stand stands
    """
)
"""Words of a question that need no match in the table."""

PERSON = text.word_set(
    "name person employee staff rep seller manager author owner driver agent customer client "
    "member guest teacher student patient contact"
)
"""Words of the titles of columns that "who" asks for."""

JOINT = re.compile(r"\s*(?:,|,? ?\b(?:or|nor|and)\b)\s*(?:the |in |from )*", re.I)
"""What stands between values that are meant alike."""

IDENTIFIER = frozenset({"id", "nr", "no", "number", "code", "key", "index", "zip", "postcode"})
"""Last words of the titles of columns whose numbers only name things."""

NEGATION = re.compile(
    r"\b(?:not|no|neither|nor|except(?: for)?|excluding|other than|without|never|isn't|aren't|"
    r"wasn't|weren't)"
    r"\s+(?:in |from |the |a |an |yet |been |by |at |for |of )*$",
    re.I,
)
"""What stands right before a value that is left out."""
