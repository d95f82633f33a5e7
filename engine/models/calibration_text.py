"""A fixed text to measure models with: quality before and after a change, and speed.

Written for this purpose, so that no model has seen it. It mixes what a library holds: prose, house
rules, a contract, instructions, a report with numbers and a letter. About 1,000 tokens.
"""

PASSAGES: tuple[str, ...] = (
    "The lighthouse at Harrow Point was built in 1871 from grey stone that came by barge from the "
    "quarry on the other side of the bay. For the first forty years its lamp burned oil, and the "
    "keeper climbed the stairs every three hours to trim the wick and wind the clockwork that "
    "turned the lens. When electricity reached the village, the clockwork was left in place, and "
    "visitors can still see it on the second floor, polished and silent.",
    "Employees who travel on behalf of the company are repaid for their costs within thirty days. "
    "Receipts must be handed in no later than the end of the month that follows the journey. A "
    "ticket in first class is repaid only when the journey takes longer than six hours or when no "
    "other seat was free. Meals are repaid up to a fixed amount for each day; drinks at a bar are "
    "not. Questions about this rule are answered by the finance office.",
    "This agreement may be ended by either party with a notice of ninety days in writing. If one "
    "party does not pay an invoice within forty-five days, the other party may stop its work until "
    "the invoice is paid. Neither party is liable for delays that are caused by fire, flood, war "
    "or a strike, as long as the other party is told without delay. The courts of the city in "
    "which the supplier has its office decide about disputes that arise from this agreement.",
    "To clean the filter, switch the machine off and wait until the green light is dark. Turn the "
    "cover to the left and lift it. Take the filter out with both hands, because it may be heavier "
    "than it looks, and rinse it under cold water for two minutes. Do not use soap. Let the filter "
    "dry for a whole day before you put it back; a damp filter lets dust pass and may damage the "
    "motor.",
    "In the third quarter the plant made 48,200 units, which is seven percent more than in the "
    "second quarter and the highest number since the new line was opened. The share of faulty "
    "parts fell from 1.9 to 1.2 percent. Energy use rose by three percent, mainly because August "
    "was hot and the cooling ran through the night. Two accidents were reported, neither of them "
    "serious, and both led to a change in the way pallets are stacked.",
    "Dear Mrs. Linden, thank you for your letter of the fourth of May. We are sorry that the chair "
    "you ordered arrived with a scratch on its left arm. You may keep the chair and receive a part "
    "of the price back, or we will collect it and send you a new one without any cost to you. "
    "Please tell us which of the two you prefer. If you choose a new chair, the driver will call "
    "you one day before the delivery, so that you do not have to wait at home.",
    "Bread rises because yeast eats sugar and breathes out gas, and the gas is held in the dough "
    "by a net of protein. Kneading makes that net stronger. A dough that rests in a cool place "
    "overnight rises slowly, and the slow rise gives the bread more flavour than a quick one in a "
    "warm kitchen. Salt holds the yeast back a little, which is why a dough without salt seems to "
    "grow so fast and then falls together in the oven.",
    "The committee met for the second time on Tuesday evening. All seven members were present. The "
    "treasurer explained that the roof of the hall would have to be repaired before the winter and "
    "that the lowest of three offers was 18,450 euros. After a short discussion the offer was "
    "accepted with six votes to one. The next meeting takes place on the second Tuesday in March, "
    "at seven o'clock, in the library next to the school.",
)

SHORT: tuple[str, ...] = (
    "How do I clean the filter?",
    "Who pays for a ticket in first class?",
    "roof repair offer accepted",
    "When was the lighthouse built?",
    "notice period of the agreement",
    "Why does bread taste better when the dough rests overnight?",
    "number of accidents in the third quarter",
    "The chair arrived damaged; what can the customer choose?",
)

TEXT = "\n\n".join(PASSAGES)
