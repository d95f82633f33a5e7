"""Which language a text is written in: by its script, or by the small words that hold it together.

Light on purpose: it only has to choose how words are stemmed, and "not known" is a good answer.
"""

import re

UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e"  # Thai
    "\u0e80-\u0eff"  # Lao
    "\u1000-\u109f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u1100-\u11ff\uac00-\ud7af"  # Hangul: written with spaces, but endings grow onto its words
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # Kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
"""Letters of scripts in which words are not parted by spaces, as the inside of a ``[…]``."""

MARKS = "\u0300-\u036f\u0640\u064b-\u065f\u0670"
"""Marks on or between letters of Latin, Greek, Cyrillic and Arabic words."""

INDIC = "\u0900-\u0dff"
"""Scripts of India: their vowel signs belong to the word."""

_SCRIPTS = (
    ("zh", re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("ta", re.compile("[\u0b80-\u0bff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
)

SMALL_WORDS = {
    "en": "the of and to in is was for that on with as by at from are this which be it what how "
    "who when where does did do were has have an or not",
    "de": "der die das und den dem des ein eine einen einer ist sind war wurde wird nicht mit von "
    "für auf im zu zum zur sich auch als bei nach wie wer wo wann warum welche welcher welches "
    "was aus oder hat haben werden wurden durch über",
    "fr": "le la les des du un une et est sont dans pour que qui sur avec par au aux pas ne ce "
    "cette il elle ont été plus ou où quel quelle quels comment",
    "es": "el la los las de del un una y es son en para que con por su se no al lo como más fue "
    "qué cuál quién cómo cuándo dónde entre sobre",
    "it": "il lo la gli le di del della dei delle un una e è sono nel nella per che con da dal "
    "dalla non si come più quale chi dove quando anche alla",
    "pt": "o os as de do da dos das um uma e é são em no na nos nas para que com por não se ao à "
    "como mais foi qual quem onde quando",
    "nl": "de het een en van is zijn was in op te dat die voor met niet aan door bij ook als naar "
    "om uit wordt werd hoe wat wie waar welke",
    "sv": "och att det som en ett är på av för med den till inte om från har var hur vad när vem "
    "de kan sig eller",
    "da": "og at det som en et er på af for med den til ikke om fra har var hvordan hvad hvornår "
    "hvem de kan sig eller",
    "no": "og at det som en et er på av for med den til ikke om fra har var hvordan hva når hvem "
    "de kan seg eller",
    "fi": "ja on ei se että oli ovat joka mutta myös kun tai kuin hän mikä kuka missä milloin "
    "miten ole",
    "hu": "a az és hogy nem is egy volt meg ez mint csak van aki ami hol mikor hogyan melyik",
    "ro": "și de la în cu un o este sunt pe din care nu se al ale pentru mai cum unde când cine",
    "tr": "ve bir bu için ile da de ne mi olarak olan gibi daha çok nasıl nerede kim hangi",
}
_ANY_SCRIPT = re.compile(
    "[\u0370-\u04ff\u0600-\u06ff\u0900-\u097f\u0b80-\u0bff\u0e00-\u0e7f"
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]"
)
_OF: dict[str, list[str]] = {}
for _language, _words in SMALL_WORDS.items():
    for _word in _words.split():
        _OF.setdefault(_word, []).append(_language)

_WORD = re.compile(r"[^\W\d_]+")

LOOKED_AT = 600
"""Characters of a text that are looked at."""
LEAST_SHARE = 0.12
"""Share of small words from which a text is in a language; prose of every one has more."""


def language_of(text: str) -> str:
    """ISO 639-1 code of a text's language; empty where it cannot be told.

    A few words in capitals, a title, a list of names: nothing can be told from those.
    """
    text = text[:LOOKED_AT]
    if not text.isascii() and _ANY_SCRIPT.search(text):
        letters = sum(map(str.isalpha, text))
        counted = {code: len(script.findall(text)) for code, script in _SCRIPTS}
        if counted["ja"] * 5 > counted["zh"]:
            counted["ja"] += counted["zh"]
        code = max(counted, key=lambda each: counted[each])
        if 2 * counted[code] > letters:
            return code
    words = _WORD.findall(text.lower())
    seen: dict[str, int] = {}
    for word in filter(_OF.__contains__, words):
        for code in _OF[word]:
            seen[code] = seen.get(code, 0) + 1
    if not seen:
        return ""
    (best, count), *others = sorted(seen.items(), key=lambda each: -each[1])[:2]
    if count < 2 or count < LEAST_SHARE * len(words):
        return ""
    return "" if others and others[0][1] == count else best
