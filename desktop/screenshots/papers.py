"""The files that the screenshots show beside the sample library, made where they are drawn."""

import random
from email.message import EmailMessage
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SAMPLE = Path(__file__).parents[2] / "samples" / "library"
BROKEN = b"%PDF-1.7\nnot a real document\n"
NOTICE = (
    "HOLLIN QUAY",
    "Notice to boat owners",
    "The slipway is closed from 3 to 17 November",
    "while the rails are renewed.",
    "Boats can be lifted at the town pier.",
)
MONTHS = ("May", "June", "July", "August", "September")
BOATS = ("Family skiff", "Launch", "Rowing boat", "Canoe")


def lay_out(folder: Path) -> tuple[Path, Path]:
    """Two folders for two libraries: the quay's own papers, and its letters."""
    papers, letters = folder / "Hollin Quay", folder / "Letters"
    papers.mkdir()
    letters.mkdir()
    for sample in SAMPLE.iterdir():
        (papers / sample.name).write_bytes(sample.read_bytes())
    (papers / "Berth plan.pdf").write_bytes(BROKEN)
    _notice(papers / "Notice at the slipway.png")
    _locked(papers / "Wages 2026.pdf")
    _mail(letters / "Offer for the slipway.eml")
    return papers, letters


def bookings(folder: Path) -> Path:
    """A table of a season's bookings."""
    pick = random.Random(7)
    rows = ["booking,day,boat,guest,crowns"]
    for number in range(1, 103):
        day = f"2026-{pick.randint(5, 9):02}-{pick.randint(1, 28):02}"
        boat = pick.choice(BOATS)
        rows.append(f"{number},{day},{boat},Guest {number},{pick.choice((40, 78, 120, 172))}")
    path = folder / "Bookings.csv"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def enquiries(folder: Path) -> Path:
    """What guests of the quay write, each with the desk that it belongs to."""
    asked = {
        "hire": ("Can we have a {} on {}?", "What is a {} for {}?", "Is a {} free on {}?"),
        "berth": ("May our {} lie here until {}?", "A berth for a {} from {}, please.",
                  "Where does a visiting {} go on {}?"),
        "repair": ("Our {} leaks since {}.", "The oar of the {} broke on {}.",
                   "Can you mend a {} by {}?"),
        "lost": ("We left a bag in the {} on {}.", "Did you find a coat in the {}, {}?",
                 "My keys were in the {} until {}."),
    }  # fmt: skip
    pick = random.Random(3)
    rows = ["text,label"]
    for number in range(48):
        label = list(asked)[number % len(asked)]
        text = asked[label][number // 4 % 3].format(
            pick.choice(BOATS).lower(), f"{pick.randint(1, 28)} {pick.choice(MONTHS)}"
        )
        rows.append(f'"{text}",{label}')
    path = folder / "Enquiries.csv"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def _notice(path: Path) -> None:
    picture = Image.new("RGB", (1100, 620), "white")
    draw = ImageDraw.Draw(picture)
    for at, line in enumerate(NOTICE):
        font = ImageFont.load_default(size=52 if at < 2 else 38)
        draw.text((90, 70 + at * 96), line, fill="black", font=font)
    picture.save(path)


def _locked(path: Path) -> None:
    from pypdf import PdfReader, PdfWriter  # beside the tests' tools, which the drawing needs

    writer = PdfWriter()
    writer.add_page(PdfReader(SAMPLE / "Staff handbook.pdf").pages[0])
    writer.encrypt("harbour")
    writer.write(path)


def _mail(path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"] = "Offer for the slipway"
    mail["From"], mail["To"] = "Ada Lindqvist <ada@example.org>", "office@example.org"
    mail["Date"] = "Mon, 02 Mar 2026 09:12:00 +0000"
    mail.set_content("Good morning,\n\nthe offer for the new rails is attached.\n\nAda Lindqvist")
    offer = "Offer\n\nNew rails for the slipway, 24 metres: 18,400 crowns.\nWork: two weeks.\n"
    mail.add_attachment(offer, filename="Offer 118.txt")
    mail.add_attachment("Rails: 24 m\nBolts: 96\n", filename="Parts list.txt")
    path.write_bytes(bytes(mail))
