"""Three made-up tables and questions about them, each with the answer computed in plain Python.

``DEVELOPED`` are the questions that the rules were written with; its second half was held out at
first. ``HELD_OUT`` was written when the rules stood, about a third table as well: at first sight 25
of 30 were right, two were left to the documents and three were wrong. The rules were then mended,
so that it now guards them and no longer measures them.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Row = dict[str, Any]
TODAY = date(2026, 3, 15)

CUSTOMERS = (
    "Alpine Tools", "Bakery Nord", "Café Lumen", "Delta Freight", "Elm Hotel", "Fjord Travel",
    "Grand Theatre", "Harbour Museum",
)  # fmt: skip
CITIES = ("Graz", "Linz", "Vienna", "Salzburg", "St. Pölten")
STATUSES = ("open", "paid", "overdue", "cancelled")


def orders() -> list[Row]:
    """102 orders of eight customers."""
    chance = random.Random(102)
    made = []
    for number in range(1, 103):
        customer = chance.choice(CUSTOMERS)
        made.append(
            {
                "Order ID": 1000 + number,
                "Customer": customer,
                "City": CITIES[CUSTOMERS.index(customer) % 5],
                "Status": chance.choice(STATUSES),
                "Order date": (
                    date(2024, 1, 3) + timedelta(days=chance.randrange(800))
                ).isoformat(),
                "Amount": round(chance.uniform(20, 2000), 2),
                "Quantity": chance.randrange(1, 40),
                "Express": chance.choice(("yes", "no", "no")),
                "Contact email": (f"office{number}@example.org" if chance.random() < 0.8 else ""),
            }
        )
    return made


CATEGORIES = ("Chairs", "Tables", "Lamps", "Shelves", "Rugs", "Desks")
REGIONS = ("North", "South", "East", "West")
REPS = ("Anna Berg", "Jonas Weiss", "Marta Lindqvist", "Peter Novak", "Sofia Rossi")
WOODS = ("oak", "pine", "walnut", "beech", "steel", "glass")


def sales() -> list[Row]:
    """5,000 sales of furniture over four years."""
    chance = random.Random(5000)
    made = []
    for number in range(1, 5001):
        category = chance.choice(CATEGORIES)
        units = chance.randrange(1, 60)
        price = round(chance.uniform(9, 900), 2)
        made.append(
            {
                "sale_no": number,
                "product": f"{chance.choice(WOODS).title()} {category[:-1].lower()} "
                f"{chance.randrange(100, 400)}",
                "category": category,
                "region": chance.choice(REGIONS),
                "sales_rep": chance.choice(REPS),
                "units": units,
                "unit_price": price,
                "revenue": round(units * price, 2),
                "sold_on": (date(2022, 1, 1) + timedelta(days=chance.randrange(1460))).isoformat(),
                "rating": chance.choice((1, 2, 3, 4, 5)),
            }
        )
    return made


def fleet() -> list[Row]:
    """300 boats of a charter company."""
    chance = random.Random(300)
    harbours = ("Odell Island", "Port Clement", "Varn", "Sandwick")
    made = []
    for number in range(1, 301):
        made.append(
            {
                "Boat": f"{chance.choice(('Sea', 'Wind', 'Star', 'Wave'))} "
                f"{chance.choice(('Runner', 'Dancer', 'Queen', 'Rover'))} {number}",
                "Type": chance.choice(("sailing boat", "motor boat", "dinghy")),
                "Home harbour": chance.choice(harbours),
                "Built": chance.randrange(1975, 2026),
                "Length m": round(chance.uniform(3, 22), 1),
                "Berths": chance.randrange(0, 12),
                "Day rate": f"{chance.randrange(60, 900)} €",
                "Skipper": chance.choice(("Ines Falk", "Tom Ahrens", "Lea Brandt", "Ole Holm")),
                "Last inspection": (
                    date(2023, 1, 1) + timedelta(days=chance.randrange(1100))
                ).strftime("%d.%m.%Y"),
                "Insured": chance.choice(("yes", "yes", "no")),
            }
        )
    return made


@dataclass(frozen=True, slots=True)
class Asked:
    question: str
    table: str
    expected: Callable[[Sequence[Row]], Any]
    """A number, a set of labels, or a dict of groups."""


def _group(rows: Sequence[Row], by: str, value: str | None = None) -> dict[Any, float]:
    sums: dict[Any, float] = defaultdict(float)
    for row in rows:
        sums[row[by]] += 1 if value is None else row[value]
    return {key: round(total, 2) for key, total in sums.items()}


def _count(**wanted: Any) -> Callable[[Sequence[Row]], int]:
    names = {key.replace("_", " ").casefold(): value for key, value in wanted.items()}

    def run(rows: Sequence[Row]) -> int:
        return sum(
            all(
                value(row_value) if callable(value) else row_value == value
                for name, value in names.items()
                for key, row_value in row.items()
                if key.replace("_", " ").casefold() == name
            )
            for row in rows
        )

    return run


def _values(rows: Sequence[Row], of: str, keep: Callable[[Row], bool] = lambda row: True) -> list:
    return [row[of] for row in rows if keep(row)]


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 2)


def _best(rows: Sequence[Row], by: str, label: str, *, least: bool = False) -> set[Any]:
    pick = (min if least else max)(row[by] for row in rows)
    return {row[label] for row in rows if row[by] == pick}


def _top(groups: dict[Any, float], number: int = 1) -> set[Any]:
    return set(sorted(groups, key=lambda key: -groups[key])[:number])


O, S, F = "orders", "sales", "fleet"  # noqa: E741

DEVELOPED: list[Asked] = [
    Asked("How many orders are there?", O, len),
    Asked("How many orders are overdue?", O, _count(status="overdue")),
    Asked("How many orders came from Vienna?", O, _count(city="Vienna")),
    Asked("How many open orders does Bakery Nord have?", O,
          _count(status="open", customer="Bakery Nord")),
    Asked("How many orders were placed in 2025?", O, _count(order_date=lambda d: d[:4] == "2025")),
    Asked("How many orders were placed since March 2025?", O,
          _count(order_date=lambda d: d >= "2025-03-01")),
    Asked("How many orders are above 1500?", O, _count(amount=lambda a: a > 1500)),
    Asked("What is the total amount of all paid orders?", O,
          lambda rows: round(sum(_values(rows, "Amount", lambda r: r["Status"] == "paid")), 2)),
    Asked("What is the average amount of an order?", O,
          lambda rows: _mean(_values(rows, "Amount"))),
    Asked("Which customer has the most orders?", O, lambda rows: _top(_group(rows, "Customer"))),
    Asked("What is the highest amount?", O, lambda rows: max(_values(rows, "Amount"))),
    Asked("What is the date of the latest order?", O,
          lambda rows: max(_values(rows, "Order date"))),
    Asked("How many different customers are there?", O,
          lambda rows: len(set(_values(rows, "Customer")))),
    Asked("How many orders per status?", O, lambda rows: _group(rows, "Status")),
    Asked("How many orders have no contact email?", O, _count(contact_email="")),
    Asked("How many orders are not paid?", O, _count(status=lambda s: s != "paid")),
    Asked("How many sales were there in the North region?", S, _count(region="North")),
    Asked("How many units were sold in 2023?", S,
          lambda rows: sum(_values(rows, "units", lambda r: r["sold_on"][:4] == "2023"))),
    Asked("Total revenue per category", S, lambda rows: _group(rows, "category", "revenue")),
    Asked("Which sales rep had the highest total revenue?", S,
          lambda rows: _top(_group(rows, "sales_rep", "revenue"))),
    Asked("What was the average unit price of lamps?", S,
          lambda rows: _mean(_values(rows, "unit_price", lambda r: r["category"] == "Lamps"))),
    Asked("How much revenue did Anna Berg make in March 2024?", S,
          lambda rows: round(sum(_values(
              rows, "revenue",
              lambda r: r["sales_rep"] == "Anna Berg" and r["sold_on"][:7] == "2024-03")), 2)),
    Asked("Top 3 products by revenue", S,
          lambda rows: _top(_group(rows, "product", "revenue"), 3)),
    Asked("What is the most expensive product?", S,
          lambda rows: _best(rows, "unit_price", "product")),
    Asked("How many sales had a rating of 5?", S, _count(rating=5)),
    Asked("How many products contain the word walnut?", S,
          _count(product=lambda p: "walnut" in p.lower())),
    Asked("How many sales with revenue between 1000 and 2000 were made in the West?", S,
          _count(revenue=lambda v: 1000 <= v <= 2000, region="West")),
    Asked("How many sales of chairs or desks by Peter Novak were there before 2023?", S,
          _count(category=lambda c: c in ("Chairs", "Desks"), sales_rep="Peter Novak",
                 sold_on=lambda d: d < "2023-01-01")),
    Asked("What is the smallest unit price in the East?", S,
          lambda rows: min(_values(rows, "unit_price", lambda r: r["region"] == "East"))),
    Asked("How many sales per year?", S,
          lambda rows: dict(Counter(row["sold_on"][:4] for row in rows))),
]  # fmt: skip

DEVELOPED += [
    Asked("What's the number of cancelled orders?", O, _count(status="cancelled")),
    Asked("How many express orders do we have?", O, _count(express="yes")),
    Asked("How many orders did Delta Freight place in 2024?", O,
          _count(customer="Delta Freight", order_date=lambda d: d[:4] == "2024")),
    Asked("How many orders from Graz or Linz are open?", O,
          _count(city=lambda c: c in ("Graz", "Linz"), status="open")),
    Asked("Sum of the amounts of overdue orders", O,
          lambda rows: round(sum(_values(rows, "Amount", lambda r: r["Status"] == "overdue")), 2)),
    Asked("What is the mean quantity per order in Salzburg?", O,
          lambda rows: _mean(_values(rows, "Quantity", lambda r: r["City"] == "Salzburg"))),
    Asked("Which city has the fewest orders?", O,
          lambda rows: set(sorted(
              (g := _group(rows, "City")), key=lambda key: (g[key], key))[:1])),
    Asked("Which order has the lowest amount?", O,
          lambda rows: min(_values(rows, "Amount"))),
    Asked("When was the earliest order of Elm Hotel?", O,
          lambda rows: min(_values(rows, "Order date", lambda r: r["Customer"] == "Elm Hotel"))),
    Asked("How many orders contain 20 or more pieces?", O, _count(quantity=lambda q: q >= 20)),
    Asked("How many orders were made between June 2024 and August 2024?", O,
          _count(order_date=lambda d: "2024-06-01" <= d < "2024-09-01")),
    Asked("Total amount by city", O, lambda rows: _group(rows, "City", "Amount")),
    Asked("How many orders under 100 euros are there?", O, _count(amount=lambda a: a < 100)),
    Asked("How many cities are in the list?", O, lambda rows: len(set(_values(rows, "City")))),
    Asked("How many orders are neither paid nor cancelled?", O,
          _count(status=lambda s: s not in ("paid", "cancelled"))),
    Asked("What did Fjord Travel spend in total?", O,
          lambda rows: round(sum(_values(
              rows, "Amount", lambda r: r["Customer"] == "Fjord Travel")), 2)),
    Asked("How many rugs did Sofia Rossi sell?", S,
          lambda rows: {
              _count(category="Rugs", sales_rep="Sofia Rossi")(rows),
              sum(_values(rows, "units", lambda r: r["category"] == "Rugs"
                          and r["sales_rep"] == "Sofia Rossi"))}),
    Asked("What is the total revenue for the South region in Q2 2025?", S,
          lambda rows: round(sum(_values(
              rows, "revenue",
              lambda r: r["region"] == "South"
              and "2025-04" <= r["sold_on"][:7] <= "2025-06")), 2)),
    Asked("Average rating per region", S,
          lambda rows: {region: _mean(_values(
              rows, "rating", lambda r, region=region: r["region"] == region))
              for region in REGIONS}),
    Asked("Which category brought in the most revenue?", S,
          lambda rows: _top(_group(rows, "category", "revenue"))),
    Asked("Who sold the most units?", S, lambda rows: _top(_group(rows, "sales_rep", "units"))),
    Asked("List the five sales with the largest revenue", S,
          lambda rows: {r["product"] for r in sorted(rows, key=lambda r: -r["revenue"])[:5]}),
    Asked("What is the cheapest product in the category Desks?", S,
          lambda rows: _best([r for r in rows if r["category"] == "Desks"],
                             "unit_price", "product", least=True)),
    Asked("How many sales did Marta Lindqvist close after 2024?", S,
          _count(sales_rep="Marta Lindqvist", sold_on=lambda d: d >= "2025-01-01")),
    Asked("How many sales with more than 50 units were rated 1?", S,
          _count(units=lambda u: u > 50, rating=1)),
    Asked("How much revenue was made on 14 February 2023?", S,
          lambda rows: round(sum(_values(
              rows, "revenue", lambda r: r["sold_on"] == "2023-02-14")), 2)),
    Asked("Count the sales whose product starts with Oak", S,
          _count(product=lambda p: p.startswith("Oak"))),
    Asked("What's the maximum number of units in a single sale?", S,
          lambda rows: max(_values(rows, "units"))),
    Asked("In which year was the revenue highest in total?", S,
          lambda rows: _top({year: sum(_values(
              rows, "revenue", lambda r, year=year: r["sold_on"][:4] == year))
              for year in ("2022", "2023", "2024", "2025")})),
    Asked("How many sales were not in the North or South?", S,
          _count(region=lambda r: r not in ("North", "South"))),
]  # fmt: skip


def _rate(row: Row) -> int:
    return int(row["Day rate"].split()[0])


def _inspected(row: Row) -> str:
    day, month, year = row["Last inspection"].split(".")
    return f"{year}-{month}-{day}"


HELD_OUT: list[Asked] = [
    Asked("How many boats are in the fleet?", F, len),
    Asked("How many motor boats are there in Varn?", F,
          _count(type="motor boat", home_harbour="Varn")),
    Asked("How many dinghies do we own?", F, _count(type="dinghy")),
    Asked("How many boats are insured?", F, _count(insured="yes")),
    Asked("How many boats are not insured?", F, _count(insured="no")),
    Asked("What is the average day rate of a sailing boat?", F,
          lambda rows: _mean([_rate(r) for r in rows if r["Type"] == "sailing boat"])),
    Asked("Which boat is the longest?", F, lambda rows: _best(rows, "Length m", "Boat")),
    Asked("How many boats are longer than 15 m?", F, _count(length_m=lambda v: v > 15)),
    Asked("How many boats have at least 8 berths?", F, _count(berths=lambda v: v >= 8)),
    Asked("How many boats were inspected in 2024?", F,
          lambda rows: sum(_inspected(r)[:4] == "2024" for r in rows)),
    Asked("Which boat was inspected most recently?", F,
          lambda rows: {r["Boat"] for r in rows
                        if _inspected(r) == max(_inspected(x) for x in rows)}),
    Asked("How many boats does Lea Brandt skipper?", F, _count(skipper="Lea Brandt")),
    Asked("Number of boats per home harbour", F, lambda rows: _group(rows, "Home harbour")),
    Asked("Which harbour has the most boats?", F, lambda rows: _top(_group(rows, "Home harbour"))),
    Asked("What is the total number of berths?", F, lambda rows: sum(_values(rows, "Berths"))),
    Asked("How many boats were built before 1990?", F, _count(built=lambda v: v < 1990)),
    Asked("What are the three cheapest boats by day rate?", F,
          lambda rows: {r["Boat"] for r in sorted(rows, key=_rate)[:3]}),
    Asked("What is the lowest day rate in Sandwick?", F,
          lambda rows: min(_rate(r) for r in rows if r["Home harbour"] == "Sandwick")),
    Asked("How many overdue orders are there from Salzburg?", O,
          _count(status="overdue", city="Salzburg")),
    Asked("What is the combined amount of the orders of Grand Theatre in 2025?", O,
          lambda rows: round(sum(_values(
              rows, "Amount", lambda r: r["Customer"] == "Grand Theatre"
              and r["Order date"][:4] == "2025")), 2)),
    Asked("How many orders between 500 and 800 euros were paid?", O,
          _count(amount=lambda v: 500 <= v <= 800, status="paid")),
    Asked("Average amount per customer", O,
          lambda rows: {name: _mean(_values(
              rows, "Amount", lambda r, name=name: r["Customer"] == name))
              for name in CUSTOMERS}),
    Asked("When did Café Lumen last order?", O,
          lambda rows: max(_values(
              rows, "Order date", lambda r: r["Customer"] == "Café Lumen"))),
    Asked("Which customer spent the most in 2024?", O,
          lambda rows: _top(_group(
              [r for r in rows if r["Order date"][:4] == "2024"], "Customer", "Amount"))),
    Asked("How many different products were sold in the West?", S,
          lambda rows: len(set(_values(rows, "product", lambda r: r["region"] == "West")))),
    Asked("What is the total revenue since January 2025?", S,
          lambda rows: round(sum(_values(
              rows, "revenue", lambda r: r["sold_on"] >= "2025-01-01")), 2)),
    Asked("How many sales had revenue over 20k?", S, _count(revenue=lambda v: v > 20000)),
    Asked("Revenue by month in 2024", S,
          lambda rows: {month: round(sum(_values(
              rows, "revenue", lambda r, month=month: r["sold_on"][:7] == month)), 2)
              for month in (f"2024-{number:02d}" for number in range(1, 13))}),
    Asked("Who made the fewest sales in the East?", S,
          lambda rows: set(sorted((g := _group(
              [r for r in rows if r["region"] == "East"], "sales_rep")), key=lambda k: g[k])[:1])),
    Asked("What's the average number of units per sale for rugs?", S,
          lambda rows: _mean(_values(rows, "units", lambda r: r["category"] == "Rugs"))),
]  # fmt: skip

NOT_COUNTED = [
    "When does the ferry to Odell Island leave?",
    "How many days of paid holiday do employees get?",
    "What is the notice period for the mooring agreement?",
    "Why are orders cancelled?",
    "How do I place an express order?",
    "What is the highest mountain in Austria?",
    "Who is the latest winner of the Nobel prize?",
    "How thick must mooring lines be?",
    "How many planets have rings?",
    "What is the total length of the Danube?",
    "Which hotel is best for a family?",
    "How many orders did the king give to his army?",
]
"""Questions that the tables do not answer, although some share words with them."""
