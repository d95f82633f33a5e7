"""Made-up papers of offices, clubs and shops with questions, for the adapter that ships.

Nothing in them is taken from anywhere: names are put together from syllables, figures are thrown.
The same seed gives the same texts.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.answer import brief, prompt
from engine.answer.prompt import PromptPassage
from engine.formats.adapter import GROUNDED
from engine.formats.examples import Example
from engine.model_types import Message

Slot = Callable[[random.Random], str]


def _list(text: str) -> list[str]:
    return text.split("|") if "|" in text else text.split()


_ONSETS = _list("b br c cl d dr fl g gr h j k l m n p pr r s st t th tr v w")
_VOWELS = _list("a e i o u ai ea ou")
_CODAS = _list("l ll m n nd r rn s st th d ld rk")
_FIRST = _list(
    "Anna Bram Clara Dagny Edwin Flora Gareth Hanne Ines Jonas Kirsten Leonard Mira Nils "
    "Odette Paul Rosa Simon Tilda Ulrich Vera Walter Yvonne Amir Chen Devi Kofi Lucia Mateo "
    "Priya Samir Yuki"
)
_MONTHS = _list(
    "January February March April May June July August September October November December"
)
_DAYS = _list("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_NUMBERS = _list(
    "two three four five six seven eight nine ten eleven twelve fourteen fifteen eighteen twenty"
)
_THINGS = _list(
    "the copier|the cold room|the van|the lift|the projector|the kiln|the minibus|the lathe|"
    "the greenhouse|the sound desk|the trailer|the boiler|the wood saw|the oven|"
    "the meeting room|the archive|the glass case|the ladder|the tool store|the laminator"
)
_GOODS = _list(
    "adult ticket|day pass|bicycle|canoe|tent pitch|locker|audio guide|season card|kayak|"
    "guided walk|pottery class|sauna visit|parking permit|cello lesson|picnic basket|"
    "garden plot|family card|swimming lesson|loan of skis|wine tasting"
)
_PLACES = _list(
    "in the basement|behind the reception desk|on the second floor|next to the east gate|"
    "in the red cabinet|under the stairs|in the caretaker's room|beside the bicycle rack|"
    "in the top drawer of the office desk|on the shelf above the sink|"
    "at the back of the garage|in the glass box by the door"
)
_EVENTS = _list(
    "the summer fair|the annual general meeting|the fire drill|the spring concert|"
    "the stocktaking|the open day|the staff outing|the book sale|the safety course|"
    "the board meeting|the harvest dinner|the new members' evening"
)
_ROLES = _list(
    "treasurer|caretaker|head gardener|safety officer|librarian|warehouse manager|choir leader|"
    "chef|data protection officer|workshop leader|press officer|head of purchasing"
)
_FAULTS = _list(
    "a cracked seal|a blocked drain|a loose cable|a broken hinge|worn brake pads|"
    "a leaking valve|a dead battery|rust on the frame|a torn belt|a missing screw"
)
_MATERIALS = _list(
    "linseed oil|grey primer|soft soap|silicone spray|beeswax|white vinegar|chalk paint|"
    "steel wool|neutral cleaner|graphite powder"
)
_SHOPS = _list("Bakery Garage Clinic Museum Library Nursery Workshop Hotel Cinema Archive Club")


def _word(dice: random.Random, parts: int = 2) -> str:
    made = "".join(dice.choice(_ONSETS) + dice.choice(_VOWELS) for _ in range(parts - 1))
    return (made + dice.choice(_ONSETS) + dice.choice(_VOWELS) + dice.choice(_CODAS)).capitalize()


def _person(dice: random.Random) -> str:
    title = dice.choice(["", "", "", "Mr ", "Mrs ", "Ms ", "Dr "])
    return f"{title}{_word(dice)}" if title else f"{dice.choice(_FIRST)} {_word(dice)}"


def _firm(dice: random.Random) -> str:
    kind = dice.choice(["", " Ltd", " & Sons", " Electric", " Logistics", " Brothers", " Print",
                        " Insurance", " Catering", " Services"])  # fmt: skip
    return _word(dice) + kind


def _date(dice: random.Random) -> str:
    day, month, year = dice.randint(1, 28), dice.choice(_MONTHS), dice.randint(1995, 2031)
    return dice.choice(
        [f"{day} {month} {year}", f"{month} {day}, {year}", f"{day} {month}",
         f"{dice.choice(_DAYS)} {day} {month}"]
    )  # fmt: skip


def _money(dice: random.Random) -> str:
    amount = dice.choice(
        [dice.randint(2, 99), dice.randint(100, 990), 10 * dice.randint(100, 2000)]
    )
    return dice.choice(
        [f"${amount:,}", f"€{amount:,}", f"£{amount:,}", f"{amount:,} euros", f"{amount:,}.00",
         f"${amount:,}.50", f"{amount:,} dollars", f"EUR {amount:,}"]
    )  # fmt: skip


def _time(dice: random.Random) -> str:
    hour, minute = dice.randint(6, 22), dice.choice(["00", "15", "30", "45"])
    return dice.choice([f"{hour:02d}:{minute}", f"{hour}:{minute}",
                        f"{(hour - 1) % 12 + 1} {'am' if hour < 12 else 'pm'}"])  # fmt: skip


def _hours(dice: random.Random) -> str:
    one, other = f"{dice.randint(7, 11)}:{dice.choice(['00', '30'])}", f"{dice.randint(14, 21)}:00"
    return dice.choice([f"{one} to {other}", f"{one} – {other}", f"{one}-{other}"])


def _count(dice: random.Random) -> str:
    return dice.choice([dice.choice(_NUMBERS), str(dice.randint(2, 90))])


def _span(dice: random.Random) -> str:
    return f"{_count(dice)} {dice.choice(['days', 'weeks', 'months', 'hours', 'minutes', 'years'])}"


def _share(dice: random.Random) -> str:
    return f"{dice.randint(2, 95)}{dice.choice([' per cent', '%', ' percent'])}"


def _length(dice: random.Random) -> str:
    unit = dice.choice(_list("metres|km|mm|cm|feet|miles|litres|kg"))
    return f"{dice.randint(2, 400)} {unit}"


def _phone(dice: random.Random) -> str:
    return f"{dice.randint(10, 99)}-{dice.randint(1000, 9999)}"


def _mail(dice: random.Random) -> str:
    name, where = _word(dice, 1).lower(), _word(dice).lower()
    return f"{name}@{where}.example"


def _one(words: Sequence[str]) -> Slot:
    return lambda dice: dice.choice(words)


SLOTS: dict[str, Slot] = {
    "person": _person, "other": _person, "firm": _firm, "date": _date, "date2": _date,
    "money": _money, "money2": _money, "time": _time, "hours": _hours, "hours2": _hours,
    "count": _count, "count2": _count, "span": _span, "span2": _span, "share": _share,
    "length": _length, "phone": _phone, "mail": _mail, "town": _word, "name": _word,
    "thing": _one(_THINGS), "good": _one(_GOODS), "good2": _one(_GOODS), "place": _one(_PLACES),
    "event": _one(_EVENTS), "role": _one(_ROLES), "fault": _one(_FAULTS),
    "material": _one(_MATERIALS), "day": _one(_DAYS), "day2": _one(_DAYS), "month": _one(_MONTHS),
    "month2": _one(_MONTHS), "channel": lambda dice: f"{dice.choice(['room', 'channel', 'gate'])} "
    f"{dice.randint(1, 60)}",
    "colour": _one(_list("green blue yellow orange white black grey violet")),
    "room": lambda dice: f"{dice.choice(['room', 'hall', 'bay', 'shelf'])} "
    f"{dice.choice('ABCD')} {dice.randint(1, 40)}",
}  # fmt: skip

KINDS: tuple[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], ...] = (
    (("{house} was founded by {person} on {date}.", "In the beginning, on {date}, {person} founded "
      "{house}.", "{house} goes back to {person}, who opened it on {date}."),
     (("Who founded {house}?", "person"), ("When was {house} founded?", "date"),
      ("When did {house} open?", "date"), ("By whom was {house} started?", "person"))),
    (("{Thing} is {place}; the key is kept by {person}.", "You find {thing} {place}. {person} "
      "keeps the key.", "{person} has the key to {thing}, which is {place}."),
     (("Where is {thing}?", "place"), ("Who keeps the key of {thing}?", "person"),
      ("Who has the key to {thing}?", "person"), ("Where can I find {thing}?", "place"))),
    (("The deposit for a {good} is {money} and is paid back within {span}.", "A {good} costs a "
      "deposit of {money}, which is returned after {span}."),
     (("How high is the deposit for a {good}?", "money"), ("What is the deposit on a {good}?",
      "money"), ("When is the deposit for a {good} paid back?", "span"))),
    (("A {good} costs {money}, or {money2} for children.", "{Good}: {money}, children {money2}.",
      "For a {good} we charge {money}; children pay {money2}."),
     (("What does a {good} cost?", "money"), ("How much is a {good}?", "money"),
      ("What do children pay for a {good}?", "money2"), ("What is the price of a {good}?",
      "money"))),
    (("- {good}: {money}\n- {good2}: {money2}", "* {Good} – {money}\n* {Good2} – {money2}",
      "{Good} | {money}\n{Good2} | {money2}"),
     (("What does a {good} cost?", "money"), ("How much does a {good2} cost?", "money2"),
      ("How much do I pay for a {good2}?", "money2"), ("Price of a {good}?", "money"))),
    (("The {role} is {person}, reached at {phone} or {mail}.", "{person} is our {role} (telephone "
      "{phone}, {mail}).", "{Role}: {person}, {phone}, {mail}"),
     (("Who is the {role}?", "person"), ("What is the telephone number of the {role}?", "phone"),
      ("What is the {role}'s e-mail address?", "mail"), ("How can I call {person}?", "phone"),
      ("What is {person}'s job?", "role"))),
    (("{Event} begins on {date} at {time} in {room}.", "On {date} at {time} we meet in {room} for "
      "{event}.", "Date of {event}: {date}, {time}, {room}."),
     (("When is {event}?", "date"), ("At what time does {event} begin?", "time"),
      ("In which room is {event}?", "room"), ("Where does {event} take place?", "room"),
      ("On which day is {event}?", "date"))),
    (("{house} is open from {hours} on weekdays and from {hours2} on {day}.", "Opening hours: "
      "weekdays {hours}; {day} {hours2}.", "On weekdays we are open {hours}, on {day} {hours2}."),
     (("When is {house} open on weekdays?", "hours"), ("What are the opening hours on {day}?",
      "hours2"), ("What are the opening hours of {house} on {day}?", "hours2"),
      ("From when to when is {house} open on weekdays?", "hours"))),
    (("A full-time year carries {count} days of leave; {count2} of them may be moved to the next "
      "year.", "Full-time staff have {count} days of holiday a year and may take {count2} of them "
      "over into the next."),
     (("How many days of holiday do full-time staff have?", "count"), ("How many days of leave may "
      "be moved to the next year?", "count2"), ("How much leave does a full-time year carry?",
      "count"))),
    (("The notice period is {span}, and {span2} during the trial period.", "Either side may give "
      "notice of {span}; in the trial period it is {span2}."),
     (("How long is the notice period?", "span"), ("What is the notice period during the trial "
      "period?", "span2"))),
    (("Overtime is paid with a supplement of {share}; on {day} it is doubled.", "For overtime we "
      "add {share} to the wage."),
     (("With what supplement is overtime paid?", "share"), ("How much is added to the wage for "
      "overtime?", "share"))),
    (("{firm} offered to repair {thing} for {money}, starting on {date}.", "The quote of {firm} "
      "for {thing} comes to {money}; they can begin on {date}."),
     (("How much does the quote of {firm} come to?", "money"), ("What does {firm} ask for the "
      "repair of {thing}?", "money"), ("Who offered to repair {thing}?", "firm"),
      ("When can {firm} begin?", "date"))),
    (("{person} found {fault} on {thing}; it stays out of use until {date}.", "{Thing} has {fault} "
      "and will not be used before {date}, says {person}."),
     (("What is wrong with {thing}?", "fault"), ("Until when is {thing} out of use?", "date"),
      ("Who found the fault on {thing}?", "person"))),
    (("{Thing} is cleaned with {material} every {span}.", "Every {span}, clean {thing} with "
      "{material}.", "Use {material} for {thing}, and only every {span}."),
     (("What is used to clean {thing}?", "material"), ("How often is {thing} cleaned?", "span"),
      ("With what is {thing} cleaned?", "material"))),
    (("Keep at least {length} from {thing} while it runs.", "While {thing} runs, nobody may come "
      "closer than {length}."),
     (("How far must one keep from {thing}?", "length"), ("How close may one come to {thing}?",
      "length"))),
    (("The agreement with {firm} begins on {date} and ends on {date2}.", "This agreement between "
      "{house} and {firm} runs from {date} until {date2}."),
     (("When does the agreement with {firm} end?", "date2"), ("When does the agreement begin?",
      "date"), ("With whom is the agreement?", "firm"), ("Until when does the agreement run?",
      "date2"))),
    (("The rent is {money} a month, payable by the {count}th, plus {money2} for heating.", "{firm} "
      "pays a rent of {money} a month and {money2} for heating."),
     (("How high is the rent?", "money"), ("How much is paid for heating?", "money2"),
      ("What is the monthly rent?", "money"))),
    (("Whoever loses a {good} pays {money}; a late return costs {money2}.", "A lost {good} is "
      "charged at {money}, a late one at {money2}."),
     (("What does a lost {good} cost?", "money"), ("What does a late return of a {good} cost?",
      "money2"))),
    (("In an emergency call {phone}, or use radio {channel}.", "Emergencies: {phone}; on the radio "
      "{channel}."),
     (("Which number do I call in an emergency?", "phone"), ("What is the emergency number?",
      "phone"))),
    (("{Thing} takes {span} to warm up and uses {length} a year.", "It takes {span} until {thing} "
      "is ready."),
     (("How long does {thing} take to warm up?", "span"), ("How long until {thing} is ready?",
      "span"))),
    (("{Event} was attended by {count} people, {count2} more than the year before.", "{count} "
      "guests came to {event}, up from {count2}."),
     (("How many people came to {event}?", "count"), ("How many attended {event}?", "count"))),
    (("{person} moved that {event} be put off to {date}, because {other} is away.", "As {other} is "
      "away, {event} was put off to {date} on the wish of {person}."),
     (("To which date was {event} put off?", "date"), ("Why was {event} put off?",
      "other is away"), ("Who is away?", "other"), ("Who wanted {event} put off?", "person"))),
    (("Dear {person}, your order number {count}{phone} left us on {date} and will reach you within "
      "{span}. Yours, {other}, {firm}", "Hello {person}, we sent your parcel on {date}; it takes "
      "{span}. Regards, {other} from {firm}"),
     (("When was the parcel sent?", "date"), ("How long does the delivery take?", "span"),
      ("Who wrote the message?", "other"), ("For which company does {other} work?", "firm"))),
    (("The {colour} bin is for glass and is emptied on {day}.", "Glass goes into the {colour} bin, "
      "which is collected every {day}."),
     (("Which bin is for glass?", "colour"), ("On which day is the glass collected?", "day"),
      ("What colour is the bin for glass?", "colour"))),
    (("Members of {house} get {share} off at {firm}.", "{firm} gives members of {house} a discount "
      "of {share}."),
     (("What discount do members get at {firm}?", "share"), ("How much off do members get?",
      "share"), ("Where do members get a discount?", "firm"))),
    (("Guests may stay for at most {span}, and {count} of them at a time.", "No more than {count} "
      "guests at a time, each for {span} at most."),
     (("How long may guests stay?", "span"), ("How many guests may stay at a time?", "count"))),
    (("{house} moved from {town} to {name} in {month} after {person} had sold the old house.",
      "After {person} sold the old house, {house} moved in {month} from {town} to {name}."),
     (("Where did {house} move to?", "name"), ("From where did {house} move?", "town"),
      ("When did {house} move?", "month"), ("Who sold the old house?", "person"))),
    (("{Thing} is insured with {firm} up to {money}.", "{firm} insures {thing} for {money}."),
     (("With whom is {thing} insured?", "firm"), ("Up to how much is {thing} insured?", "money"),
      ("For how much is {thing} insured?", "money"))),
    (("The password of the guest network is {name}{count} and changes every {span}.", "Guest "
      "network: password {name}{count}, changed every {span}."),
     (("How often does the password of the guest network change?", "span"),)),
    (("{person} reports to {other} and works in {room} on {day} and {day2}.", "On {day} and {day2} "
      "you find {person} in {room}; {person} reports to {other}."),
     (("To whom does {person} report?", "other"), ("Where does {person} work?", "room"),
      ("In which room is {person}?", "room"))),
)  # fmt: skip
FILLERS = (
    "Please read this page before your first day.", "Questions are welcome at any time.",
    "This page replaces the one of last year.", "Thank you for your help.",
    "The list was checked again in spring.", "Nobody has to remember all of this.",
    "A copy hangs at the entrance.", "Ask before you change anything here.",
    "What is not written here is settled by common sense.", "We wish you a good start.",
)  # fmt: skip
TITLES = ("Staff handbook", "House rules", "Price list", "Minutes of the meeting", "Notice",
          "Conditions", "Agreement", "Checklist", "Message", "Welcome", "Information for members",
          "Opening hours", "Guide for visitors", "Maintenance", "Terms of hire", "Report",
          "Letter", "Frequently asked questions")  # fmt: skip
HEADINGS = ("General", "Costs", "People", "Safety", "Rooms", "Dates", "Equipment", "Contact",
            "Membership", "Work and leave", "Payment", "Members' offers")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a paper says, with the questions that it answers."""

    text: str
    asked: tuple[tuple[str, str], ...]
    """Questions with their answers."""


def papers(count: int, seed: int, *, refused: float) -> list[Example]:
    """Questions about ``count`` papers, those about one after another; a share has no answer."""
    dice = random.Random(seed)
    return [
        example
        for number in range(count)
        for example in _paper(dice, f"paper {number}", refused)
    ]  # fmt: skip


def _paper(dice: random.Random, source: str, refused: float) -> list[Example]:
    house = f"{_word(dice)} {dice.choice(_SHOPS)}"
    kinds = dice.sample(range(len(KINDS)), dice.randint(5, 7))
    missing = kinds.pop()
    facts = [_fact(dice, kind, house) for kind in kinds]
    passages, at = [], 0
    while at < len(facts):
        some = facts[at : at + dice.randint(1, 4)]
        at += len(some)
        texts = [fact.text for fact in some]
        if dice.random() < 0.4:
            texts.insert(dice.randint(0, len(texts)), dice.choice(FILLERS))
        title = dice.choice([f"{dice.choice(TITLES)} of {house}", dice.choice(TITLES)])
        heading = dice.choice(["", f" › {dice.choice(HEADINGS)}"])
        joint = "\n" if any("\n" in text for text in texts) else dice.choice([" ", " ", brief.GAP])
        passages.append(PromptPassage(f"{title}{heading}", joint.join(texts)))
    dice.shuffle(passages)
    every = "\n".join(passage.text for passage in passages)
    asked = [dice.choice(fact.asked) for fact in facts]
    asked = [each for each in asked if every.count(each[1]) == 1]
    dice.shuffle(asked)
    asked = asked[:4]
    if asked and dice.random() < refused * (len(asked) + 1):
        asked[-1] = (dice.choice(_fact(dice, missing, house).asked)[0], brief.REFUSAL)
    return [
        Example(
            (
                Message("system", brief.RULES),
                Message("user", prompt.over(passages, question)),
                Message("assistant", answer),
            ),
            recipe=GROUNDED, source=source, why="made up",
        )
        for question, answer in asked
    ]  # fmt: skip


def _fact(dice: random.Random, kind: int, house: str) -> Fact:
    texts, asked = KINDS[kind]
    text = dice.choice(texts)
    values = {name: make(dice) for name, make in SLOTS.items()}
    values["house"] = house if dice.random() < 0.5 else f"the {house}"
    values |= {name.capitalize(): value[0].upper() + value[1:] for name, value in values.items()}
    shown = text.format(**values)
    known = set(re.findall(r"{(\w+)}", text.lower()))
    questions = []
    for question, slot in asked:
        parts = set(re.findall(r"{(\w+)}", question.lower())) - {"house"}
        answer = values.get(slot) or f"{values['other']} is away"
        if not parts <= known or answer.lower() not in shown.lower():
            continue
        at = shown.lower().index(answer.lower())
        answer = shown[at : at + len(answer)]
        questions.append((question.format(**values), answer.removeprefix("the ")))
    return Fact(shown[0].upper() + shown[1:], tuple(questions))
