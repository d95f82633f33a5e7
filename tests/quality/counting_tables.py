"""Made-up tables to count in: a vet's visits, a town library's loans, a boat rental's prices."""

import random
from datetime import date, timedelta
from typing import Any

Row = dict[str, Any]
TODAY = date(2026, 3, 15)

VETS = ("Dr. Ilse Kramer", "Dr. Tom Okafor", "Dr. Lena Fuchs")
REASONS = ("vaccination", "check-up", "dental cleaning", "surgery", "skin rash", "limping")
BREEDS = {
    "dog": ("Beagle", "Border Collie", "Dachshund", "Mixed breed"),
    "cat": ("Siamese", "Maine Coon", "European Shorthair"),
    "rabbit": ("Lop", "Angora"),
    "parrot": ("Grey", "Macaw"),
}
PETS = ("Bella", "Max", "Luna", "Rocky", "Milo", "Coco", "Nala", "Felix", "Daisy", "Oscar", "Kiwi")
OWNERS = (
    "Hofer", "Brandt", "Lindner", "Yilmaz", "Novotny", "Silva", "Marek", "Dubois", "Eder", "Larsen",
)  # fmt: skip


def visits() -> list[Row]:
    """102 visits at a vet's."""
    chance = random.Random(71)
    made = []
    for number in range(1, 103):
        species = chance.choice(("dog", "dog", "dog", "cat", "cat", "rabbit", "parrot"))
        day = date(2025, 1, 7) + timedelta(days=chance.randrange(420))
        made.append(
            {
                "Visit": f"V-{number:04}",
                "Pet": chance.choice(PETS),
                "Species": species,
                "Breed": chance.choice(BREEDS[species]),
                "Owner": chance.choice(OWNERS),
                "Vet": chance.choice(VETS),
                "Date": day.isoformat(),
                "Reason": chance.choice(REASONS),
                "Weight (kg)": round(chance.uniform(1, 42), 1),
                "Fee (EUR)": chance.randrange(30, 420),
                "Insured": chance.choice(("yes", "no")),
                "Next appointment": (
                    (day + timedelta(days=chance.randrange(20, 300))).isoformat()
                    if chance.random() < 0.6
                    else ""
                ),
            }
        )
    return made


GENRES = ("Crime", "History", "Children", "Science fiction", "Cooking", "Travel")
BRANCHES = ("Main Street", "Riverside", "Old Mill", "Hilltop")
READERS = ("adult", "student", "senior", "child")


def loans() -> list[Row]:
    """5,000 loans of a town's library."""
    chance = random.Random(72)
    made = []
    for number in range(1, 5001):
        day = date(2023, 1, 2) + timedelta(days=chance.randrange(1150))
        late = max(0, chance.randrange(-30, 25))
        made.append(
            {
                "loan_id": 20000 + number,
                "book_title": f"Book {chance.randrange(1, 700)}",
                "genre": chance.choice(GENRES),
                "branch": chance.choice(BRANCHES),
                "reader_type": chance.choice(READERS),
                "borrowed_on": day.isoformat(),
                "returned_on": (
                    (day + timedelta(days=28 + late)).isoformat() if chance.random() < 0.95 else ""
                ),
                "days_late": late,
                "fine": round(0.25 * late, 2),
                "renewals": chance.choice((0, 0, 0, 1, 1, 2)),
                "pages": chance.randrange(60, 900),
            }
        )
    return made


def prices() -> list[Row]:
    """24 things that a lake's boat rental lends."""
    chance = random.Random(73)
    kinds = (
        ("Rowing boat", "Rowing", "no"), ("Pedal boat", "Pedal", "no"), ("Kayak", "Paddling", "no"),
        ("Canoe", "Paddling", "no"), ("Stand-up board", "Paddling", "no"),
        ("Sailing dinghy", "Sailing", "yes"), ("Catamaran", "Sailing", "yes"),
        ("Electric boat", "Motor", "no"),
    )  # fmt: skip
    made = []
    for name, category, licence in kinds:
        for size in ("small", "medium", "large"):
            hour = chance.randrange(8, 70)
            made.append(
                {
                    "Item": f"{name}, {size}",
                    "Category": category,
                    "Price per hour": f"€ {hour}.00",
                    "Price per day": f"€ {hour * chance.randrange(4, 7)}.00",
                    "Deposit": f"€ {chance.choice((20, 50, 100, 200))}.00",
                    "Seats": {"small": 2, "medium": 4, "large": 6}[size],
                    "Length (m)": round(chance.uniform(2.5, 7.5), 1),
                    "Licence needed": licence,
                    "In service since": chance.randrange(2009, 2026),
                }
            )
    return made
